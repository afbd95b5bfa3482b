// Runs in <head> before the first paint: a page never flashes in the wrong theme.
(() => {
  const root = document.documentElement;
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");

  root.classList.add("js");
  if (root.dataset.themeChoice !== "auto") return;

  const follow = () => {
    root.dataset.bsTheme = prefersDark.matches ? "dark" : "light";
  };
  follow();
  prefersDark.addEventListener("change", follow);
})();

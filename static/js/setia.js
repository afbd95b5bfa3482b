// What every page needs besides htmx. Each page works without this file; it only makes things safer and quieter.
(() => {
  const SENDERS = ":is(button:not([type=button]), input[type=submit]):not(:disabled)";

  // A second click must not send a second form. When the timeout runs, the browser has collected the data.
  document.addEventListener("submit", (event) => {
    if (event.target.method === "post" && !event.defaultPrevented) setTimeout(() => hold(event.target));
  });
  document.addEventListener("htmx:beforeRequest", (event) => hold(event.target));
  document.addEventListener("htmx:afterRequest", (event) => release(event.target));
  // The Back button shows a page as it was left: without this, with buttons that wait for ever.
  window.addEventListener("pageshow", () => release(document));

  function hold(form) {
    for (const button of form.querySelectorAll(SENDERS)) {
      button.disabled = true;
      button.dataset.held = "";
    }
  }
  function release(root) {
    for (const button of root.querySelectorAll("[data-held]")) {
      button.disabled = false;
      delete button.dataset.held;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (!button) return;
    button.closest(".alert").remove();
    document.getElementById("main").focus();
  });

  // A refused form says why, at once, to everybody.
  const focusErrors = (root) => root.querySelector("[data-error-summary]")?.focus();
  focusErrors(document);
  document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));

  document.addEventListener("htmx:beforeRequest", (event) => event.detail.target.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.target.removeAttribute("aria-busy"));

  // A request that failed leaves the page as it is and says so; the message stays until it is dismissed.
  function tell(templateId, reference = "") {
    const alert = document.getElementById(templateId).content.cloneNode(true);
    alert.querySelector("[data-reference]").textContent = reference;
    document.getElementById("messages").replaceChildren(alert);
  }
  document.addEventListener("htmx:responseError", (event) => {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    tell("request-failed", page.querySelector("[data-reference]")?.textContent);
  });
  document.addEventListener("htmx:sendError", () => tell("request-lost"));
  document.addEventListener("htmx:timeout", () => tell("request-lost"));

  document.addEventListener("keydown", (event) => {
    const search = document.getElementById("search");
    if (!search || event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    search.focus();
  });
})();

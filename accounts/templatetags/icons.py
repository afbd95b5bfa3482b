"""The icons of heroicons, drawn once per process: the library draws every use anew, and a list repeats the same few."""

from functools import cache

from django import template
from heroicons.templatetags import heroicons

register = template.Library()

heroicon_micro = register.simple_tag(cache(heroicons.heroicon_micro), name="heroicon_micro")
heroicon_mini = register.simple_tag(cache(heroicons.heroicon_mini), name="heroicon_mini")
heroicon_outline = register.simple_tag(cache(heroicons.heroicon_outline), name="heroicon_outline")

from django import template

from accounts.tokens import password_link

register = template.Library()
register.simple_tag(password_link)  # made while the mail is rendered: no working link ever lies in the outbox

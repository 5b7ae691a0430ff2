"""Which language a page is in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class ChosenLanguageMiddleware(LocaleMiddleware):
    """Vietnamese unless the reader chose otherwise.

    Django's own would follow the browser, and an office computer set to English would then hide the
    language in which the committee works.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Take the language of the reader's cookie, else the installation's."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language

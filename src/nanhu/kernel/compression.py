"""Pages leave compressed: a page of transactions is 64 kB plain and 8 kB gzipped. Why that is safe: decision 0013."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

WORTH_IT = ("text/", "application/json", "application/manifest+json", "application/xml", "image/svg+xml")


class CompressionMiddleware(GZipMiddleware):
    """Texts only: photos, spreadsheets and PDFs are compressed in themselves. Each answer gets up to a hundred random
    bytes, so that its length tells nothing (`max_random_bytes`, "Heal the BREACH")."""

    max_random_bytes = 100

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith(WORTH_IT):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed

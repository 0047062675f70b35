"""What every template may use: the school, the product, the viewer."""

from typing import Any

from django.http import HttpRequest

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school


def campus(request: HttpRequest) -> dict[str, Any]:
    return {
        "school": school(),
        "viewer": getattr(request, "viewer", None),
        "is_demo": configuration().demo,
    }

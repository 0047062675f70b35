"""What every template may use: the school, the product, the viewer."""

from typing import Any

from django.http import HttpRequest

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school
from nanhu.kernel.viewers import viewer_or_none


def campus(request: HttpRequest) -> dict[str, Any]:
    return {
        "school": school(),
        "viewer": viewer_or_none(request),
        "is_demo": configuration().demo,
    }

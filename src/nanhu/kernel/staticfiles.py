"""Static files with hashed names where they were collected, plain names where they were not (tests, development)."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CampusStaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """A missing entry is an error only for what the templates of a collected installation name."""

    manifest_strict = False
    support_js_module_import_aggregation = (
        True  # `import "./keys.js"` gets its digest, too, and is cached like the rest
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """The same as long as the process lives, and every page names a dozen."""
        if force or name not in self.addresses:
            self.addresses[name] = super().url(name, force)
        return self.addresses[name]

    def stored_name(self, name: str) -> Any:
        return super().stored_name(name) if self.hashed_files else name

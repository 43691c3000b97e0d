"""How sent files arrive: on disk, and never more of one than is accepted."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keeps one byte more than is accepted and drops the rest, so that the form can say that it was too much."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keeps what still fits."""
        left = self._most() - start
        if left > 0:
            super().receive_data_chunk(raw_data[:left], start)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """The file as it was kept."""
        return super().file_complete(min(file_size, self._most()))

    @staticmethod
    def _most() -> int:
        from innovalley.documents.actions import MAX_BYTES  # once the apps are ready

        return MAX_BYTES + 1

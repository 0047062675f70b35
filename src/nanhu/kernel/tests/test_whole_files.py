"""A file is there whole or not at all."""

import os

import pytest

from nanhu.kernel import whole_files
from nanhu.kernel.whole_files import beside, write_whole


def test_what_breaks_off_leaves_what_stood_there_and_nothing_beside_it(tmp_path):
    path = tmp_path / "list.txt"
    write_whole(path, "first", mode=0o640)

    def break_off():
        with beside(path) as file:
            file.write(b"half")
            file.flush()
            assert path.read_text() == "first", "a reader sees no half"
            raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        break_off()
    assert (path.read_text(), [one.name for one in tmp_path.iterdir()]) == ("first", ["list.txt"])
    assert path.stat().st_mode & 0o777 == 0o640


def test_it_writes_through_no_link_and_what_is_kept_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    target, path, synced = tmp_path / "elsewhere", tmp_path / "conf", []
    target.write_text("another's")
    path.symlink_to(target)
    fsync = os.fsync
    monkeypatch.setattr(whole_files.os, "fsync", lambda number: (synced.append(path.read_text()), fsync(number)))
    write_whole(path, b"ours", is_kept=True)
    assert (target.read_text(), path.read_text(), path.is_symlink()) == ("another's", "ours", False)
    assert synced == ["another's", "ours"], "the file, then the folder"
    assert path.stat().st_mode & 0o777 == 0o600

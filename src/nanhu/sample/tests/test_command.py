from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from nanhu.sample.truth import read_truth


def test_the_command_writes_the_files_and_says_what(tmp_path):
    out = io.StringIO()
    call_command("sample", "--out", str(tmp_path), "--people", "120", "--today", "2026-11-24", stdout=out)
    assert {path.name for path in tmp_path.iterdir()} == {
        "人事处-教职工名单.xlsx",
        "教务处-学籍名册.csv",
        "学工处-学生联系方式.csv",
        "保卫处-临时人员.csv",
        "组织机构.csv",
        "truth.jsonl",
    }
    assert "[4/4]" in out.getvalue()
    assert len(read_truth(tmp_path / "truth.jsonl").people) > 100


def test_the_command_refuses_an_empty_campus(tmp_path):
    with pytest.raises(CommandError):
        call_command("sample", "--out", str(tmp_path), "--people", "0")

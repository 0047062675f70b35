"""Names of files: safe to save, whoever chose them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.files.names import LONGEST_NAME, safe_file_name


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("放假通知.pdf", "放假通知.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\王\\表.xlsx", "表.xlsx"),
        ("a\r\nContent-Type: x.pdf", "aContent-Type_ x.pdf"),
        ("发票\u202efdp.exe", "发票fdp.exe"),
        ("...", "附件"),
        (".pdf", "pdf"),
        ("", "附件"),
        ('a<b>"c|d?*.png', "a_b__c_d__.png"),
    ],
)
def test_a_file_name_is_made_safe_to_save(given_name, safe):
    assert safe_file_name(given_name) == safe


@given(st.text(max_size=400))
def test_no_file_name_leaves_its_folder_or_grows(name):
    safe = safe_file_name(name)
    assert 0 < len(safe) <= LONGEST_NAME
    assert not set(safe) & set('/\\\x00\r\n<>:"|?*')
    assert safe not in {".", ".."}
    assert safe.isprintable()

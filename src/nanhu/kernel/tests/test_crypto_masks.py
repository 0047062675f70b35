import pytest

from nanhu.kernel.crypto import mask_id_number, mask_name, mask_phone


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (mask_id_number, "430602199001011234", "430*************34"),
        (mask_id_number, "430602900101123", "430**********23"),
        (mask_id_number, "E12345678", "*******78"),
        (mask_id_number, "12", "*2"),
        (mask_id_number, "", ""),
        (mask_phone, "13800138000", "138****8000"),
        (mask_phone, "07308640000", "073****0000"),
        (mask_phone, "8640000", "*****00"),
        (mask_phone, "1", "*"),
        (mask_name, "张三", "*三"),
        (mask_name, "欧阳修文", "***文"),
        (mask_name, "张", "*"),
        (mask_name, "", ""),
    ],
)
def test_a_mask_hides_at_least_a_third(mask, text: str, shown: str) -> None:
    assert mask(text) == shown
    assert shown.count("*") * 3 >= len(text)

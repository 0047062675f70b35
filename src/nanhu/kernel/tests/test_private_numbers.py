"""Numbers of persons that must not stand in words that others read."""

import pytest

from nanhu.kernel.private_numbers import has_phone, has_private_number


@pytest.mark.parametrize(
    "text",
    [
        "电话13800138000",
        "１３８００１３８０００",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "138\u200b0013\u200b8000",
        "一三八零零一三八零零零",
        "幺三八〇〇幺三八〇〇〇",
        "2026-11-28 13800138000",
        "身份证430602200503181263",
        "43060220050318126X",
        "43060220050318126x 的",
        "座机 0730-8640101",
        "8640101",
        "学号14231200001",
        "卡号 1000234567",
        "qq：123456789",
        "①③⑧⓪⓪①③⑧⓪⓪⓪",
        "138,0013,8000",
        "138，0013，8000",
        "138/0013、8000",
        "138。0013+8000",
        "138•0013:8000",
        "1\ufe0f\u20e338 0013 8000",
        "1380.01.38 000",
        "12:30 138 001 380 00",
        "1000 234567",
        "430602-20050318-126x",
        "138-20050318",
        "138.001.138.000",
    ],
)
def test_a_number_of_a_person_is_seen_however_it_is_written(text):
    assert has_private_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "黑色折叠伞",
        "2026-11-28 14:30 在图书馆301",
        "11月28日下午3点",
        "书号 978-7-04-014139-5",
        "iPhone 15 128G",
        "二〇二六年十一月",
        "300元",
        "ISBN 7-04-014139-6",
        "20261128",
        "11.28 10.30",
        "11-28 14-30",
        "钥匙 101 202 303",
        "在 13:00-15:00、16:00-18:00 都行",
        "14:00、15:00、16:00 都行",
        "12-03 14:00、12-04 15:00",
        "IP 192.168.133.145",
    ],
)
def test_days_rooms_books_and_models_are_none(text):
    assert not has_private_number(text)


def test_a_claim_may_say_the_number_of_a_device_and_no_phone():
    assert not has_phone("序列号 C02ZX1234567")
    assert has_phone("打我 138、0013、8000")

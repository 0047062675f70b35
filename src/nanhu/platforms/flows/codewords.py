"""Code words of the day (当天口令): by its word a decision that was given by phone while the system stood still is told from a stranger's.
They are made by the school's key and kept nowhere; offices and gates print them before, for then there is no page."""

from datetime import date
from typing import Final

from nanhu.kernel.crypto import blind_index

WORDS: Final = (
    *("洞庭", "君山", "芦苇", "白鹭", "银鱼", "荷塘", "渔火", "远帆"),
    *("杏花", "梧桐", "青竹", "红枫", "松涛", "丁香", "海棠", "雏菊"),
    *("朝霞", "彩虹", "春雨", "秋霜", "晴空", "明月", "北斗", "流星"),
    *("石桥", "古塔", "长廊", "钟楼", "书屋", "砚台", "竹简", "纸鸢"),
)


def word_of(key: str, day: date) -> str:
    """Of a process on a day: 洞庭红枫 07."""
    drawn = blind_index(f"{key} {day.isoformat()}", purpose="flows.code_word")
    number = int.from_bytes(drawn[2:4]) % 100
    return f"{WORDS[drawn[0] % len(WORDS)]}{WORDS[drawn[1] % len(WORDS)]} {number:02d}"


def is_word_of(said: str, key: str, day: date) -> bool:
    return "".join(said.split()) == "".join(word_of(key, day).split())

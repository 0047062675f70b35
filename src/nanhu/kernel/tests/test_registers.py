"""What rooms declare stands in its order, also what is declared, taken away or changed after it was read."""

from dataclasses import dataclass, replace

from nanhu.kernel.registry import Register


@dataclass(frozen=True, slots=True)
class Declared:
    key: str
    order: int = 100


def test_entries_stand_in_order_whenever_they_come():
    register: Register[Declared] = Register()
    register.add(Declared("b"), Declared("a"))
    assert [one.key for one in register] == ["a", "b"]
    register.add(Declared("first", order=1))
    assert [one.key for one in register] == ["first", "a", "b"]
    del register._entries["a"]
    assert [one.key for one in register] == ["first", "b"]
    register._entries["first"] = replace(register._entries["first"], order=200)
    assert [one.key for one in register] == ["b", "first"]


def test_who_reads_a_register_may_add_to_it_meanwhile():
    register: Register[Declared] = Register()
    register.add(Declared("a"), Declared("b"))
    read = []
    for one in register:
        read.append(one.key)
        if one.key == "a":
            register.add(Declared("c"))
    assert read == ["a", "b"]
    assert len(list(register)) == 3

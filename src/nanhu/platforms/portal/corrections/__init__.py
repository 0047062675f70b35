"""Corrections (更正): "this is wrong" on a fact of 个人信息, until the new value has come from its source."""

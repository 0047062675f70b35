"""Numbering (编号): documents numbered in series (`series.Series`, `services.take`), each number once, by the database.

*Gapless* (证书, 凭证, 公文, 收据): counted one by one in its year and scope. The number is taken in the transaction of the document,
as its last step; what is rolled back gives it back. *Sparse* (all else): unique and ascending, nobody waits for anybody.
A number that was taken never goes: void (`services.void`), it keeps its reason.
"""

"""workshop (流程设计): processes made in the browser by the offices that own them, without code.

Owns: drafts of processes and their publications. Drafts are bodies as flows runs them, put together by pickers; what would hinder cases
is said at its step or field before anybody presses publish. Does not own: definitions, versions and cases (flows), posts (people).
"""

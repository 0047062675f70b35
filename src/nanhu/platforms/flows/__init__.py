"""flows (流程平台): processes with forms, people and deadlines, and the one list of what waits for a person (待办).

Owns definitions in versions, cases with their cursor (tokens), tasks and timelines, delegations. A definition is declared by a
room (`register_flow`) and published when its body changed; cases go on under the version with which they began.
Does not own: who holds a post (people), working days (kernel.calendar), what a granted case brings about (the room that hears
`CaseClosed`). Stands on: the kernel, people, identity; rooms above open cases through `flows.api`.
"""

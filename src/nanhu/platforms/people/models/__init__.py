from nanhu.platforms.people.models.golden import (
    CAMPUS_NO_SHAPE,
    Affiliation,
    Change,
    ChangeSet,
    OrgUnit,
    Parting,
    Person,
)
from nanhu.platforms.people.models.overrides import Override
from nanhu.platforms.people.models.own import OwnValue
from nanhu.platforms.people.models.posts import Office, Post, PostList, PostListRow, PostRollback

__all__ = [
    "CAMPUS_NO_SHAPE",
    "Affiliation",
    "Change",
    "ChangeSet",
    "Office",
    "OrgUnit",
    "Override",
    "OwnValue",
    "Parting",
    "Person",
    "Post",
    "PostList",
    "PostListRow",
    "PostRollback",
]

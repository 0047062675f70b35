"""A refused field is told why in the house's own sentence, never in one of Django's."""

import pytest
from django import forms
from django.utils.translation import override

from nanhu.kernel.ui.refusals import SENTENCES

UNUSED = {
    forms.DurationField,
    forms.FloatField,
    forms.MultiValueField,
    forms.SplitDateTimeField,
}
"""No form of the program asks with one of these."""
UNSEEN = {("FileField", "contradiction"), ("ModelMultipleChoiceField", "invalid_pk_value")}
"""A file that is sent and cleared at once; a key of a kind that a list of records never offers."""
FIELDS = sorted(
    {
        kind
        for kind in vars(forms).values()
        if isinstance(kind, type) and issubclass(kind, forms.Field) and kind not in UNUSED
    },
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", FIELDS, ids=lambda kind: kind.__name__)
def test_every_refusal_of_a_field_is_a_sentence_of_the_house(kind) -> None:
    own = {str(sentence) for sentences in SENTENCES.values() for sentence in sentences.values()}
    with override("zh-hans"):
        for code, sentence in vars(kind).get("default_error_messages", {}).items():
            assert (kind.__name__, code) in UNSEEN or str(sentence) in own, code


def test_a_list_of_records_begins_with_a_word_of_the_house() -> None:
    with override("zh-hans"):
        assert str(forms.ModelChoiceField(queryset=None).empty_label) == "请选择"


def test_a_key_with_a_blank_in_it_is_told_what_it_may_hold() -> None:
    with override("zh-hans"), pytest.raises(forms.ValidationError, match="只能用字母、数字、下划线和连字符"):
        forms.SlugField().clean("图书 馆")


@pytest.mark.parametrize("field", [forms.MultipleChoiceField, forms.TypedMultipleChoiceField])
def test_a_forged_choice_of_several_is_named(field) -> None:
    class Form(forms.Form):
        days = field(choices=[("1", "周一")], coerce=int) if field is forms.TypedMultipleChoiceField else field()

    assert "没有“9”这一项" in str(Form({"days": ["9"]}).errors)

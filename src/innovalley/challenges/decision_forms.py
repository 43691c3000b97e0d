"""Forms of decisions: the list as a whole, the meeting, the round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innovalley.accounts.models import Role
from innovalley.challenges.actions import attendee_users
from innovalley.challenges.decision_lists import Nobody, Proposal, Support, Trouble, amount
from innovalley.challenges.decision_queries import Group
from innovalley.challenges.forms import WanField
from innovalley.challenges.models import Call, Meeting, NoWinner
from innovalley.reviews.models import Rubric

TROUBLES = {
    "bid": _("This bid cannot be recommended any more."),
    "fund": _("This is more than the challenge allows: %(most)s at most."),
    "winners": _("These are more winners than the challenge may have."),
    "money": _("The list takes more than the call has: %(most)s."),
    "undecided": _("Choose a winner, or write why there is none."),
    "both": _("A challenge has winners, or none."),
    "reason": _("Write why there is no winner."),
    "next_step": _("Choose what comes next."),
}


class ListForm:
    """The whole list, as fields of the groups of a page: chosen bids with amounts, reasons where nobody wins.

    `values` are "bid-7": "on", "fund-7": amount in 10,000 yuan, "reason-3", "next-3" by ids of bids and challenges.
    """

    def __init__(self, groups: list[Group], values: Mapping[str, str] | None) -> None:
        self.groups = groups
        self.is_valid = values is not None
        self.error = ""
        self._wan = WanField()
        if values is None:
            self._from_standing()
        else:
            self._from_typed(values)

    def _from_standing(self) -> None:
        for group in self.groups:
            group.reason = group.nobody.reason if group.nobody else ""
            group.next_step = group.nobody.next_step if group.nobody else ""
            for row in group.rows:
                row.chosen = row.fund_fen is not None
                row.typed = self._wan.prepare_value(row.fund_fen if row.chosen else row.asked_fen)

    def _from_typed(self, values: Mapping[str, str]) -> None:
        for group in self.groups:
            pk = group.challenge.pk
            group.reason = values.get(f"reason-{pk}", "").strip()[:2000]
            group.next_step = values.get(f"next-{pk}", "")
            for row in group.rows:
                row.chosen = f"bid-{row.bid.pk}" in values
                row.typed = values.get(f"fund-{row.bid.pk}", "")[:40]
                if row.chosen:
                    self._read_amount(row)

    def _read_amount(self, row: Any) -> None:
        try:
            row.fund_fen = self._wan.clean(row.typed)
        except forms.ValidationError as error:
            row.error, self.is_valid = error.messages[0], False
            return
        if row.fund_fen is None:
            row.error, self.is_valid = str(_("Write how much it gets.")), False

    @property
    def proposal(self) -> Proposal:
        """The list that was typed; a reason counts where nobody is chosen."""
        support = [
            Support(row.bid.pk, row.fund_fen or 0)
            for group in self.groups
            for row in group.rows
            if row.chosen
        ]
        nobody = [
            Nobody(group.challenge.pk, group.reason, group.next_step)
            for group in self.groups
            if not any(row.chosen for row in group.rows) and (group.reason or group.next_step)
        ]
        return Proposal(tuple(support), tuple(nobody))

    def add_troubles(self, troubles: list[Trouble]) -> None:
        """Shows each where it can be mended."""
        self.is_valid = self.is_valid and not troubles
        rows = {row.bid.pk: row for group in self.groups for row in group.rows}
        groups = {group.challenge.pk: group for group in self.groups}
        for trouble in troubles:
            most = "" if trouble.most_fen is None else amount(trouble.most_fen)
            text = str(TROUBLES[trouble.code]) % {"most": most}
            if trouble.bid in rows:
                rows[trouble.bid].error = rows[trouble.bid].error or text
            elif trouble.challenge in groups:
                groups[trouble.challenge].error = text
            else:
                self.error = text

    def hidden(self) -> list[tuple[str, str]]:
        """Name and value of everything typed, to be sent again with the confirmation."""
        fields = []
        for group in self.groups:
            pk = group.challenge.pk
            fields += [(f"reason-{pk}", group.reason), (f"next-{pk}", group.next_step)]
            for row in group.rows:
                fields.append((f"fund-{row.bid.pk}", row.typed))
                if row.chosen:
                    fields.append((f"bid-{row.bid.pk}", "on"))
        return fields


class RoundForm(forms.Form):
    """What a round of review over the call's bids needs beside the call's settings."""

    rubric = forms.ModelChoiceField(Rubric.objects.all(), label=_("Rubric"))


class MeetingForm(forms.Form):
    """Date, attendees and minutes of a meeting."""

    held_on = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    attendees = forms.ModelMultipleChoiceField(
        attendee_users(), label=_("Attendees"), widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label=_("Minutes"), max_length=20000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, call: Call, meeting: Meeting | None, data: Any = None) -> None:
        initial: dict[str, Any] = {"held_on": timezone.localdate()}
        if meeting is not None:
            initial = {
                "held_on": meeting.held_on,
                "attendees": list(meeting.attendees.values_list("user", flat=True)),
                "text": meeting.text,
            }
        super().__init__(data, initial=initial)
        experts = Q(person__seats__item__round__of_call__call=call)
        users = attendee_users().filter(Q(role__in=(Role.OFFICE, Role.LEADER)) | experts)
        self.fields["attendees"].queryset = users.distinct().order_by("pk")  # type: ignore[attr-defined]

    def clean_held_on(self) -> Any:
        """Not in the future."""
        day = self.cleaned_data["held_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The meeting has not been held yet."))
        return day


NEXT_STEPS = NoWinner.NextStep.choices

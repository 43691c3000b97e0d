"""What experts and officers fill in."""

from innovalley.reviews.forms.experts import AffiliationForm, DeclarationForm, ExpertForm
from innovalley.reviews.forms.numbers import shown
from innovalley.reviews.forms.reasons import DeclineForm, ReasonForm
from innovalley.reviews.forms.rounds import MinutesForm, ResumeForm, RoundForm
from innovalley.reviews.forms.rubrics import CriteriaForms, RubricForm
from innovalley.reviews.forms.writing import ReviewForm

__all__ = [
    "AffiliationForm",
    "CriteriaForms",
    "DeclarationForm",
    "DeclineForm",
    "ExpertForm",
    "MinutesForm",
    "ReasonForm",
    "ResumeForm",
    "ReviewForm",
    "RoundForm",
    "RubricForm",
    "shown",
]

"""What an agenda may say of safety: the fields of its keys, and how each is written."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from bot.agendas import safety_values as values
from bot.agendas.fields import one_or_many, reads
from bot.agendas.values import read_line
from bot.engine.agenda import ANYWHERE
from bot.engine.consent import Consent
from bot.engine.countries import COUNTRIES

Word = Annotated[str, *reads(values.read_word, minLength=1, maxLength=values.LONGEST_WORD)]
Domain = Annotated[str, *reads(values.read_domain, examples=["example.com"])]
Country = Annotated[str, *reads(values.read_country)]
HelpLine = Annotated[str, *reads(read_line, minLength=1)]
Rules = Annotated[str, *reads(values.read_rules, minLength=1)]
RoleName = Annotated[str, *reads(values.read_role, minLength=1)]
Consents = Annotated[Consent, *reads(values.read_consent, enum=[one.value for one in Consent])]
RoundTimes = Annotated[
    timedelta, *reads(values.read_round_times, examples=["0m", "15m", "1h", "1d"])
]

Words = Annotated[
    list[Word | None], BeforeValidator(one_or_many, json_schema_input_type=Word | list[Word])
]
Domains = Annotated[
    list[Domain | None],
    BeforeValidator(one_or_many, json_schema_input_type=Domain | list[Domain]),
]
Roles = Annotated[
    list[RoleName | None],
    BeforeValidator(one_or_many, json_schema_input_type=RoleName | list[RoleName]),
]
HelpLines = Annotated[
    dict[Country, HelpLine | None],
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"enum": [ANYWHERE, *COUNTRIES]},
            "additionalProperties": {"type": "string", "minLength": 1},
        }
    ),
]

EXAMPLES = {
    "hide": "hide: true",
    "allow_words": "allow_words: [penis, breast]",
    "blocked_domains": "blocked_domains: [example.com]",
    "help_lines": (
        'help_lines: {US: "988 Suicide & Crisis Lifeline: call or text 988", '
        'any: "https://findahelpline.com"}'
    ),
    "moderators_on_call": "moderators_on_call: {local: [henry]}",
    "rules": 'rules: "Write nothing by which a patient could be known."',
    "require_checkin": "require_checkin: true",
    "roles": "roles: [physician, nurse, patient]",
    "consent": "consent: pseudonym",
    "members_only": 'members_only: {discord: ["role:223456789012345678"]}',
    "forget_on_leave": "forget_on_leave: true",
    "round_times": "round_times: 15m",
}
"""How each key is written, for the sentences about it."""

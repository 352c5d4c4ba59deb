"""Checks of what marks confidential material: code names, companies, hosts, rubrics.

None proves anything: whose a document is, no character of it says. They refuse what everybody publishes.
"""

from __future__ import annotations

import re

from leakscan.checks.digits import digits_of, is_filler
from leakscan.types import Check

_RELEASES = frozenset(
    # Names of published operating systems, processors and tools, which their own files call code names.
    "bookworm bullseye buster stretch jessie wheezy squeeze trixie sid forky duke jammy focal bionic xenial noble trusty "
    "longhorn whistler chicago memphis nashville blackcomb cairo threshold redstone vibranium manganese iron cobalt "
    "nickel skylake broadwell haswell icelake ivy sandy nehalem kaby coffee comet tiger rocket alder raptor meteor arrow "
    "lunar zen naples rome milan genoa bergamo rhel yosemite sierra mojave catalina monterey ventura sonoma sequoia "
    "android froyo gingerbread honeycomb lollipop marshmallow nougat oreo cupcake donut eclair kitkat none null unknown "
    "project product name code codename version release the this that it is was and for not value string test example "
    "phoenix_os santiago tikanga maipo ootpa plow twenty cyborg heisenbug schroedinger beefy spherical verne".split()
)


def code_name(text: str) -> bool | None:
    """A project's code name: no release of a published system and no word of forms."""
    word = text.removeprefix("Project ").strip("\"'“”").lower()
    return False if len(word) < 4 or word in _RELEASES else None  # noqa: PLR2004


_PRINTED_COMPANIES = re.compile(
    r"(?i)(?:the |your |my |some |our )?(?:acme|example|sample|test|foo|bar|company|customer|client|contoso|fabrikam|"
    r"northwind traders|adventure ?works|xyz|abc|name|initech|globex|umbrella|widget)(?:[ .,-].*)?"
)


def client_name(text: str) -> bool | None:
    """A company's name that is none of documentation's."""
    return False if len(text) < 3 or _PRINTED_COMPANIES.fullmatch(text) else None  # noqa: PLR2004


_OPEN_HOSTS = re.compile(
    r"(?i).*(?:(?:^|\.)(?:apache|atlassian|mozilla|debian|gnome|kde|freedesktop|videolan|haskell|torproject|wikimedia|"
    r"wikipedia|mediawiki|archlinux|alpinelinux|ubuntu|fedoraproject|redhat|jboss|hibernate|spring|mongodb|mariadb|"
    r"mysql|postgresql|qt|jenkins|jenkins-ci|sonarsource|sonatype|eclipse|openstack|opendev|kernel|kitware|inria|cern|"
    r"gitlab|github|bitbucket|grafana|elastic|hashicorp|airflow|prometheus|nvidia|intel|linaro|osgeo|gnu|savannah|ietf|"
    r"w3|python|ros|isc|xfce|inkscape|blender|minecraft|example|yourcompany|your-company|mycompany|company|domain|"
    r"mydomain|yourdomain|acme|foo|bar|test|localhost|metadata|docker|cluster)\.(?:com|org|net|io|dev|ai|tech|cloud|[a-z]{2})(?:\.[a-z]{2})?|\.(?:edu|gov|ac\.[a-z]{2}))"
    r"(?:[:/].*)?|(?:[a-z0-9.-]*\.)?(?:metadata\.google|compute|ec2|host\.docker|gateway\.docker|example|mycompany|"
    r"company|yourcompany|acme|foo|bar|test|myapp|app|service|server|host|api|my[a-z-]{0,16}|your[a-z-]{0,16})\."
    r"(?:internal|corp|intra|intranet|lan)(?:[:/].*)?"
)


def internal_host(text: str) -> bool | None:
    """A host of somebody's own: not of documentation, of a cloud's plumbing, or of an open project."""
    host = re.sub(r"^https?://", "", text)
    return False if _OPEN_HOSTS.fullmatch(host) or "{" in text or "<" in text or "$" in text else None


def rubric_items(text: str) -> bool | None:
    """A list of criteria with weights: two of each at least."""
    criteria = len(re.findall(r"(?i)[\"'](?:criteri(?:on|a)|dimension|requirement|description|title)\\?[\"']", text))
    weights = len(re.findall(r"(?i)[\"'](?:weight|points?|max_points|score|max_score|importance)\\?[\"']", text))
    return None if criteria >= 1 and weights >= 1 else False


_OPEN_OWNERS = re.compile(
    r"(?i)free software foundation|regents|apache|python|gnu|mit |massachusetts institute|open source|contributors|"
    r"authors|<|\[|example|acme corp|your company|name of|copyright holder"
)


def owner_notice(text: str) -> bool | None:
    """A notice of ownership whose owner is no publisher of free software and no placeholder."""
    return False if _OPEN_OWNERS.search(text) else None


_FIRM = re.compile(r"\b(?:Inc|Corp|Corporation|LLC|Ltd|Limited|GmbH|AG|PLC|SAS|BV|LLP|LP|Company|Co|Pty|Pvt|S\.A)\b")


def contract_parties(text: str) -> bool | None:
    """The two sides of a contract: one of them a company, none a publisher of free software or a placeholder."""
    open_ = _OPEN_OWNERS.search(text) or re.search(
        r"(?i)\b(?:cnri|beopen|stichting mathematisch|licens(?:or|ee))\b", text
    )
    return None if _FIRM.search(text) and not open_ else False


def tax_form(text: str) -> bool | None:
    """A tax form that ends in a taxpayer number nobody typed to fill it (IRS: no part of it all zeros)."""
    digits = digits_of(text[-12:])[-9:]
    typed = is_filler(digits) or digits in ("123456789", "078051120", "219099999")
    parts = digits[:3], digits[3:5], digits[5:]
    return None if len(digits) == 9 and not typed and all(set(part) != {"0"} for part in parts) else False  # noqa: PLR2004


def pay_rate(text: str) -> bool | None:
    """An amount somebody is paid: more than nothing."""
    return None if digits_of(text).strip("0") else False


CHECKS: dict[str, Check] = {
    "client_name": client_name,
    "code_name": code_name,
    "contract_parties": contract_parties,
    "internal_host": internal_host,
    "owner_notice": owner_notice,
    "pay_rate": pay_rate,
    "rubric_items": rubric_items,
    "tax_form": tax_form,
}

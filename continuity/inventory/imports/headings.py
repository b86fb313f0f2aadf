"""By which headings a column is known: ours, and those of lists in English and French."""

from collections.abc import Mapping
from typing import Final

from continuity.inventory.imports.fields import Field
from continuity.inventory.models import ImportKind

OF_WORKFLOWS: Final[Mapping[Field, tuple[str, ...]]] = {
    Field.NAME: (
        "workflow", "workflow name", "activity", "process", "process name", "use case",
        "ai use case", "use case name", "task", "name", "activité", "processus",
        "nom de l activité", "cas d usage", "nom", "intitulé", "libellé",
    ),
    Field.TEAM: (
        "team", "team name", "agency bureau", "bureau", "unit", "business unit", "squad",
        "office", "owning team", "équipe", "service", "unité", "pôle",
    ),
    Field.DEPARTMENT: (
        "department", "division", "agency", "agency name", "directorate", "organisation",
        "organization", "département", "direction", "ministère", "agence",
    ),
    Field.DESCRIPTION: (
        "description", "what it delivers", "problem solved", "summary", "details",
        "purpose", "objective", "objectif", "descriptif", "résumé",
    ),
    Field.TOOLS: (
        "tool", "tools", "ai tool", "ai tools", "main ai tool", "product", "products",
        "commercial product", "name of commercial product", "software", "application",
        "system", "outil", "outils", "outil ia", "outils ia", "produit", "logiciel",
    ),
    Field.WITHOUT: (
        "without them", "without it", "without the tool", "sans eux", "sans lui",
    ),
    Field.WRT: ("wrt", "work recovery time", "time to catch up", "délai de rattrapage"),
    Field.REASON: ("reason for the targets", "targets reason", "raison des objectifs"),
    Field.PEAK_HOURS: ("peak hours", "peak", "heures de pointe"),
    Field.ZONE: ("time zone", "timezone", "zone", "fuseau horaire"),
    Field.COST_PER_HOUR: (
        "cost per hour", "cost of an hour", "hourly cost", "coût d une heure",
        "coût horaire",
    ),
    Field.PURPOSE: ("used for", "use of the tool", "utilisé pour", "usage"),
    Field.IN_USE: (
        "in use", "used", "use y n", "active", "is active", "status", "utilisé",
        "en service", "actif", "statut", "en cours d utilisation",
    ),
    Field.REFERENCE: (
        "reference", "ref", "id", "identifier", "use case id", "code", "référence",
        "identifiant",
    ),
    Field.TIER: (
        "criticality", "criticality tier", "tier", "priority", "importance", "criticité",
        "priorité", "niveau de criticité",
    ),
    Field.RTO: (
        "rto", "recovery time objective", "recovery target", "target min", "target",
        "objectif de délai de reprise", "délai de reprise", "dima",
    ),
    Field.MTPD: (
        "mtpd", "mtd", "maximum tolerable period of disruption", "longest tolerable stop",
        "dmia", "durée maximale d interruption admissible",
    ),
    Field.MBCO: (
        "mbco", "mbco percent", "minimum level", "minimum level percent",
        "niveau minimal", "niveau minimal de service",
    ),
    Field.MBCO_WORDS: (
        "mbco words", "mbco description", "minimum level in words",
        "niveau minimal en toutes lettres", "mbco in words",
    ),
    Field.PEOPLE: (
        "people", "users", "number of users", "licenses", "licences", "headcount",
        "licenses users", "staff", "utilisateurs", "nombre d utilisateurs", "effectif",
        "personnes",
    ),
    Field.DATA_CLASS: (
        "data class", "data classification", "classification of data", "sensitivity",
        "confidentiality", "classe de données", "sensibilité", "confidentialité",
    ),
    Field.OWNER: (
        "owner", "owner email", "owner e mail", "workflow owner", "process owner",
        "responsible", "responsable", "propriétaire",
    ),
    Field.DEPUTY: (
        "deputy", "deputy email", "deputy e mail", "backup", "suppléant", "adjoint",
    ),
    Field.HOURS: (
        "hours", "operating hours", "service hours", "opening hours", "horaires",
        "heures d ouverture", "plage horaire",
    ),
}  # fmt: skip

_WHOSE: Final[Mapping[Field, tuple[str, ...]]] = {
    at: OF_WORKFLOWS[at]
    for at in (Field.NAME, Field.TEAM, Field.DEPARTMENT, Field.REFERENCE)
}
_TOOL: Final = (
    "tool", "ai tool", "replaces", "tool it replaces", "instead of", "primary tool",
    "depends on", "outil", "outil remplacé", "remplace", "à la place de", "outil principal",
)  # fmt: skip
_ALTERNATIVE: Final = (
    "alternative", "fallback", "alternative tool", "fallback tool", "backup tool",
    "substitute", "plan b", "solution de repli", "repli", "outil de repli",
)  # fmt: skip
_SOURCE: Final = ("source", "evidence", "reference url", "preuve", "origine")
_URL: Final = ("web address", "url", "website", "site", "link", "adresse web", "lien")
HEADINGS: Final[Mapping[ImportKind, Mapping[Field, tuple[str, ...]]]] = {
    ImportKind.WORKFLOWS: OF_WORKFLOWS,
    ImportKind.TEAMS: {
        Field.TEAM: (*OF_WORKFLOWS[Field.TEAM], "name", "nom"),
        Field.DEPARTMENT: (*OF_WORKFLOWS[Field.DEPARTMENT], "parent", "belongs to"),
    },
    ImportKind.PROVIDERS: {
        Field.NAME: (
            "provider", "vendor", "supplier", "company", "name", "fournisseur", "éditeur",
            "société", "nom",
        ),
        Field.URL: _URL,
    },
    ImportKind.TOOLS: {
        Field.NAME: (
            "tool", "ai tool", "tool name", "product", "product name", "software",
            "application", "name", "outil", "outil ia", "nom de l outil", "produit",
            "logiciel", "nom",
        ),
        Field.PROVIDER: (
            "provider", "vendor", "supplier", "company", "fournisseur", "éditeur",
        ),
        Field.KIND: ("kind", "type", "category", "genre", "nature", "catégorie"),
        Field.PARENT: ("part of", "parent", "parent tool", "fait partie de"),
        Field.URL: _URL,
        Field.SOURCE: _SOURCE,
        Field.SEATS: ("seats", "licences", "licenses", "postes", "nombre de licences"),
        Field.LIMIT: (
            "people at once", "limit", "concurrent users", "utilisateurs simultanés",
            "personnes à la fois", "limite",
        ),
        Field.RETIRED_ON: (
            "withdrawn on", "retired on", "end of life", "eol", "sunset", "retiré le",
            "fin de vie",
        ),
        Field.SPELLINGS: (
            "other spellings", "spellings", "aliases", "other names", "also known as",
            "autres graphies", "autres noms", "alias",
        ),
    },
    ImportKind.UPSTREAMS: {
        Field.NAME: ("tool", "ai tool", "product", "system", "outil", "produit"),
        Field.UPSTREAM: (
            "upstream", "needs", "depends on", "rides on", "subprocessor", "dependency",
            "dépendance amont", "amont", "dépend de", "sous traitant",
        ),
        Field.RELATION: ("relation", "relationship", "type", "role", "lien", "nature"),
        Field.WITHOUT: ("without it", "hard or soft", "sans elle", "sans lui"),
        Field.SOURCE: _SOURCE,
        Field.VERIFIED_ON: ("verified on", "verified", "checked on", "date", "vérifié le"),
        Field.CONFIDENCE: ("confidence", "certainty", "confiance", "fiabilité"),
    },
    ImportKind.ALTERNATIVES: {
        **_WHOSE,
        Field.TOOL: _TOOL,
        Field.RANK: ("rank", "order", "priority", "rang", "ordre", "priorité"),
        Field.ALTERNATIVE: _ALTERNATIVE,
        Field.KIND: ("kind", "type", "kind of alternative", "genre", "nature"),
        Field.CAPACITY: (
            "expected capacity percent", "expected capacity", "capacity",
            "capacité attendue", "capacité",
        ),
        Field.QUALITY: (
            "expected quality percent", "expected quality", "quality", "qualité attendue",
            "qualité",
        ),
        Field.SWITCH: (
            "expected switching time", "switching time", "time to switch",
            "temps de bascule", "délai de bascule",
        ),
        Field.APPROVED: (
            "approved for data", "approved data", "data classes", "données approuvées",
            "approuvé pour",
        ),
        Field.LIMIT: (
            "people at once", "limit", "seats", "personnes à la fois", "limite",
        ),
        Field.COST: ("cost", "what it costs", "price", "coût", "prix"),
        Field.PRECONDITIONS: ("preconditions", "prerequisites", "préalables", "prérequis"),
        Field.TRIGGER: ("trigger", "when to switch", "déclencheur", "quand basculer"),
        Field.RETURN: ("return criteria", "when to go back", "critères de retour"),
        Field.NOTE: ("note", "notes", "comment", "remark", "remarque", "commentaire"),
    },
    ImportKind.STEPS: {
        **_WHOSE,
        Field.TOOL: _TOOL,
        Field.RANK: ("rank", "rang"),
        Field.ALTERNATIVE: _ALTERNATIVE,
        Field.STEP: ("step", "number", "step number", "no", "étape", "numéro"),
        Field.TEXT: ("what to do", "instruction", "action", "que faire", "consigne"),
        Field.ROLE: ("who", "role", "owner", "qui", "rôle", "responsable"),
        Field.EXPECTED: (
            "expected time", "duration", "expected minutes", "time", "temps prévu", "durée",
        ),
        Field.VERIFICATION: (
            "how to tell it worked", "verification", "check", "vérification", "contrôle",
        ),
        Field.WAY_BACK: ("way back", "rollback", "retour", "retour arrière"),
        Field.DETAILS: ("details", "detail", "notes", "détails"),
    },
    ImportKind.IMPACTS: {
        **_WHOSE,
        # A unit is what the amount is in here.
        Field.TEAM: tuple(
            name for name in OF_WORKFLOWS[Field.TEAM] if name not in {"unit", "unité"}
        ),
        Field.CATEGORY: (
            "category", "impact category", "impact on", "harm to", "catégorie",
            "impact sur",
        ),
        Field.AFTER: (
            "after", "after how long", "time", "time point", "duration", "outage duration",
            "après", "durée", "durée de la panne",
        ),
        Field.LEVEL: (
            "level", "impact", "impact level", "severity", "rating", "niveau", "gravité",
            "niveau d impact",
        ),
        Field.AMOUNT: ("amount", "loss", "cost", "montant", "perte", "coût"),
        Field.UNIT: ("unit", "currency", "unité", "devise"),
    },
    ImportKind.POINTS: {
        **_WHOSE,
        Field.MATERIAL: ("material", "what", "data", "matériel", "contenu", "données"),
        Field.RPO: ("rpo", "may be lost", "recovery point", "pdma", "perte admissible"),
        Field.COPY: (
            "copy kept at", "copy", "where a copy is kept", "backup", "copie",
            "copie conservée",
        ),
    },
}  # fmt: skip
YES: Final = frozenset(
    {
        "y", "yes", "true", "1", "x", "in use", "used", "active", "live", "production",
        "in production", "deployed", "o", "oui", "vrai", "actif", "utilisé",
        "en service", "en production", "déployé", "✓", "✔",
    }
)  # fmt: skip
ALONE: Final = frozenset(
    {
        "name", "nom", "code", "id", "ref", "status", "statut", "system", "usage", "used",
        "service", "unit", "unité", "office", "target", "task", "process", "details",
        "application", "importance", "staff", "summary", "active", "actif", "direction",
        "backup", "responsible", "hours", "purpose", "priority", "description",
    }
)  # fmt: skip
"""Words that name a field only when nothing else stands with them."""

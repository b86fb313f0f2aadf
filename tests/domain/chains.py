"""A small part of the world, as it was known in 2025: who rides on what."""

from enum import IntEnum, auto

from continuity.domain.fate import Edge, Fallback, Graph, Reliance


class T(IntEnum):
    CHATGPT = auto()
    OPENAI_API = auto()
    OPENAI_MODELS = auto()
    AZURE = auto()
    CLOUDFLARE = auto()
    OKTA = auto()
    CLAUDE = auto()
    ANTHROPIC_MODELS = auto()
    AWS = auto()
    PERPLEXITY = auto()
    GEMINI = auto()
    GEMINI_MODELS = auto()
    GOOGLE_CLOUD = auto()
    LOCAL_MODEL = auto()


EDGES = [
    Edge(T.CHATGPT, T.OPENAI_MODELS, "model"),
    Edge(T.CHATGPT, T.CLOUDFLARE, "edge"),
    Edge(T.CHATGPT, T.OKTA, "identity", hard=False),
    Edge(T.OPENAI_API, T.OPENAI_MODELS, "model"),
    Edge(T.OPENAI_MODELS, T.AZURE, "hosting"),
    Edge(T.CLAUDE, T.ANTHROPIC_MODELS, "model"),
    Edge(T.CLAUDE, T.CLOUDFLARE, "edge"),
    Edge(T.ANTHROPIC_MODELS, T.AWS, "hosting"),
    Edge(T.ANTHROPIC_MODELS, T.GOOGLE_CLOUD, "hosting", hard=False),
    Edge(T.PERPLEXITY, T.AWS, "hosting"),
    Edge(T.PERPLEXITY, T.CLOUDFLARE, "edge"),
    Edge(T.PERPLEXITY, T.OPENAI_MODELS, "model", hard=False),
    Edge(T.GEMINI, T.GEMINI_MODELS, "model"),
    Edge(T.GEMINI, T.GOOGLE_CLOUD, "hosting"),
]
KNOWN = Graph(EDGES, {T.CHATGPT: "ChatGPT"})


def on(tool, *alternatives, stops=True, workflow=1):
    fallbacks = tuple(Fallback(tool or 0, tool) for tool in alternatives)
    return Reliance(tool, workflow, tool, stops, fallbacks)

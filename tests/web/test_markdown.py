import pytest

from continuity.web.attachments import kind_of, safe_name
from continuity.web.markdown import render


def test_markdown_becomes_paragraphs_lists_and_emphasis():
    html = render("Tell **both** floors:\n\n- one\n- two")

    assert "<strong>both</strong>" in html
    assert html.count("<li>") == 2


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,x)",
        "![x](https://elsewhere.test/x.png)",
        "<style>*{}</style>",
        '<a href="https://x" onclick="y">z</a>',
        "# A heading",
        '[x](https://x "a\' onmouseover=1")',
    ],
)
def test_nothing_that_runs_or_asks_elsewhere_comes_through(text):
    html = render(text)

    for forbidden in ("<script", "<img", "<style", "<h1", 'javascript:"', 'href="data:'):
        assert forbidden not in html
    assert not [
        one for one in html.split("<") if " on" in one.partition(">")[0].split('"')[0]
    ]


def test_a_link_leads_out_without_telling_where_from():
    assert 'rel="noopener noreferrer nofollow"' in render("[x](https://example.test)")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4", "pdf"),
        (b"\x89PNG\r\n\x1a\n..", "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"RIFF0000WEBPVP8 ", "webp"),
        ("Réponse reçue\n".encode(), "txt"),
        (b"<svg/>", None),
        (b"GIF89a\x00", None),
        (b"", None),
        (b"\xff\xfea\x00", None),
    ],
)
def test_a_file_is_what_it_holds(content, kind):
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("seen.png", "png", "seen.png"),
        ("C:\\x\\photo.JPEG", "jpg", "photo.JPEG"),
        ("../../etc/passwd", "txt", "passwd.txt"),
        ("page.html", "txt", "page.html.txt"),
        ('a"\r\nb.pdf', "pdf", "a___b.pdf"),
        ("...", "png", "file.png"),
        ("x" * 300 + ".pdf", "pdf", "x" * 120 + ".pdf"),
    ],
)
def test_a_file_gets_a_name_that_nothing_trips_over(name, kind, safe):
    assert safe_name(name, kind) == safe

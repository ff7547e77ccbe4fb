"""Relations of an article to others: the cluster of its copies, and the notices that speak of it."""

from sqlalchemy import Connection, delete, insert, select, update

from index.catalogue.rows import ARTICLES, CURRENT_NUMBER, IS_CURRENT, sound
from index.catalogue.tables import article, band, version
from index.extraction.duplicates import bands, is_copy
from index.extraction.notices import speaks_of
from index.records import Draft, Standing


def clustered(connection: Connection, article_id: int, evidence: str) -> int:
    """Notes the bands of an article's text and gives its cluster: that of the texts it copies, or its own.

    Where it copies texts of several clusters, they become one.
    """
    connection.execute(delete(band).where(band.c.article_id == article_id))
    numbers = bands(evidence)
    near = select(band.c.article_id).where(band.c.number.in_(numbers)).distinct()
    rows = connection.execute(ARTICLES.where(CURRENT_NUMBER, article.c.id.in_(near))).all()
    clusters = {other.cluster for other in sound(rows) if is_copy(evidence, other.evidence())}
    if numbers:
        connection.execute(insert(band), [{"article_id": article_id, "number": number} for number in numbers])
    cluster = min(clusters, default=article_id)
    if len(clusters) > 1:
        connection.execute(update(article).where(article.c.cluster.in_(clusters)).values(cluster=cluster))
    return cluster


def mark_corrected(connection: Connection, draft: Draft, article_id: int) -> None:
    """Marks the article that a notice speaks of: the one of the same outlet that it names, else its own.

    A notice elsewhere holds until one of the article's own comes.
    """
    standing, titles, addresses = speaks_of(draft.text, draft.title)
    named = version.c.title.in_(titles) & version.c.outlet.is_not_distinct_from(draft.outlet)
    found = select(article.c.id).join_from(article, version, IS_CURRENT)
    found = found.where(named | version.c.url.in_(addresses), article.c.id != article_id)
    ids = connection.scalars(found).all() if titles or addresses else []
    own = [notice.standing for notice in draft.notices if notice.of(draft.text) != draft.title]
    if len(ids) == 1:  # a title that several articles have says nothing of any
        marked, values = ids[0], {"standing": standing, "notice_in": article_id}
    elif draft.notices and (own or not (titles or addresses)):
        retracted = any(notice.standing is Standing.RETRACTED for notice in draft.notices)
        worst = Standing.RETRACTED if retracted else Standing.CORRECTED
        marked, values = article_id, {"standing": worst, "notice_in": None}
    else:
        return
    connection.execute(update(article).where(article.c.id == marked).values(**values))

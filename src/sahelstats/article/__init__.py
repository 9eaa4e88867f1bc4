"""The article this project starts from, checked assertion by assertion."""

from sahelstats.article.verdicts import check_article, load_assertions

__all__ = ["check_article", "load_assertions"]

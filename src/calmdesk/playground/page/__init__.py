"""The page of the demo: customers, desk and colleagues side by side in a browser, over the local Telegram."""

from calmdesk.playground.page.cast import Cast, cast_for
from calmdesk.playground.page.lasting import LastingError, StageFile, kept_stage, lasting
from calmdesk.playground.page.serving import Page, serving_page
from calmdesk.playground.page.stage import Stage

__all__ = ["Cast", "LastingError", "Page", "Stage", "StageFile", "cast_for", "kept_stage", "lasting", "serving_page"]

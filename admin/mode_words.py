"""The words of modes and their settings. A mode of somebody else's tells of its own in English."""

from __future__ import annotations

WORDS = {
    "mode_free_roam": {"en": "Free roam", "ru": "Вольная прогулка"},
    "mode_build": {"en": "Building", "ru": "Стройка"},
    "mode_tag": {"en": "Tag", "ru": "Салки"},
    "mode_race": {"en": "Race", "ru": "Гонка"},
    "mode_nothing_to_set": {
        "en": "This mode has no settings.",
        "ru": "У этого режима нет настроек.",
    },
    "mode_changed": {
        "en": "The mode is set; a world that runs plays it at once.",
        "ru": "Режим задан; запущенный мир уже играет в него.",
    },
    "mode_stopped": {
        "en": "The mode has failed and was stopped. The world goes on as free roam.",
        "ru": "В режиме случилась ошибка, он остановлен. Мир живёт дальше без него.",
    },
    "mode_again": {"en": "Try again", "ru": "Запустить снова"},
    "mode_wrong_json": {"en": "{name}: this is no JSON.", "ru": "{name}: это не JSON."},
    "mode_set_round_seconds": {"en": "Round, seconds", "ru": "Раунд, секунд"},
    "mode_set_pause_seconds": {
        "en": "Pause between rounds, seconds",
        "ru": "Пауза между раундами, секунд",
    },
    "mode_set_least_players": {
        "en": "Fewest players for a round",
        "ru": "Наименьшее число игроков для раунда",
    },
    "mode_set_touch_tiles": {
        "en": "Reach of a touch, tiles",
        "ru": "Расстояние касания, клеток",
    },
    "mode_set_safe_seconds": {
        "en": "Not to be touched back for, seconds",
        "ru": "Нельзя осалить в ответ, секунд",
    },
    "mode_set_laps": {"en": "Laps", "ru": "Кругов"},
    "mode_set_best_lines": {
        "en": "Lines of the best list",
        "ru": "Строк в списке рекордов",
    },
    "mode_set_guests_build": {"en": "Guests may build", "ru": "Гости могут строить"},
    "mode_set_areas": {
        "en": 'Who builds in which area, as JSON: {"castle": ["builder", "@Vladimir"]}',
        "ru": 'Кто в какой области строит, JSON: {"castle": ["builder", "@Vladimir"]}',
    },
    "mode_set_elsewhere": {
        "en": 'Who builds elsewhere, as JSON: ["everyone"]',
        "ru": 'Кто строит в остальных местах, JSON: ["everyone"]',
    },
}

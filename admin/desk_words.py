"""The words of the pages for worlds, accounts, audit, settings and oneself."""

from __future__ import annotations

WORDS = {
    "map": {"en": "Map", "ru": "Карта"},
    "search": {"en": "Search", "ru": "Найти"},
    "newer": {"en": "Newer", "ru": "Новее"},
    "older": {"en": "Older", "ru": "Старше"},
    "audit_filter": {"en": "Filter", "ru": "Фильтр"},
    "audit_help": {
        "en": 'who:Vladimir action:player.ban action:world subject:"part of it" via:panel since:2h '
        "until:2026-11-22T18:30",
        "ru": 'who:Владимир action:player.ban action:world subject:"часть" via:panel since:2h '
        "until:2026-11-22T18:30",
    },
    "audit_none": {
        "en": "Nothing of the kind is on record. What the staff does stands here from then on.",
        "ru": "Ничего такого не записано. Всё, что сделает команда, появится здесь.",
    },
    "audit_time": {"en": "Time, UTC", "ru": "Время, UTC"},
    "audit_actor": {"en": "Who", "ru": "Кто"},
    "audit_via": {"en": "Through", "ru": "Откуда"},
    "audit_action": {"en": "What", "ru": "Что"},
    "audit_subject": {"en": "To whom or what", "ru": "С кем или чем"},
    "audit_details": {"en": "Details", "ru": "Подробности"},
    "role": {"en": "Role", "ru": "Роль"},
    "role_any": {"en": "All roles", "ru": "Все роли"},
    "created": {"en": "Since", "ru": "С"},
    "seen": {"en": "Last seen", "ru": "Последний визит"},
    "account_role": {"en": "Change role", "ru": "Сменить роль"},
    "account_role_done": {"en": "{name} is now: {role}", "ru": "{name} — теперь {role}"},
    "account_new": {"en": "New account", "ru": "Новая учётная запись"},
    "account_new_hint": {
        "en": "You get a link by which its owner sets the password: it works once, within a day.",
        "ru": "Вы получите ссылку, по которой владелец задаст пароль: она действует один раз, "
        "в течение суток.",
    },
    "account_made": {"en": "{name} has an account now.", "ru": "Учётная запись {name} создана."},
    "account_rename": {"en": "Rename", "ru": "Переименовать"},
    "account_renamed": {
        "en": "{name} is called {now} from now on.",
        "ru": "{name} теперь зовётся {now}.",
    },
    "account_two_factor": {"en": "End the second factor", "ru": "Отключить второй шаг входа"},
    "account_two_factor_sure": {
        "en": "Let {name} sign in without a code? Do that for somebody who lost their codes, and "
        "only when you know that it is they who ask.",
        "ru": "Пускать {name} без кода? Делайте это, если коды потеряны, и только когда уверены, "
        "что просит владелец.",
    },
    "account_two_factor_done": {
        "en": "{name} signs in without a code now.",
        "ru": "{name} теперь входит без кода.",
    },
    "account_log_out": {"en": "Log out everywhere", "ru": "Завершить все сеансы"},
    "account_log_out_sure": {
        "en": "End all log-ins and the connection of {name}?",
        "ru": "Завершить все сеансы и соединение {name}?",
    },
    "account_log_out_done": {
        "en": "{name} is logged out everywhere.",
        "ru": "Все сеансы {name} завершены.",
    },
    "account_password": {"en": "New password", "ru": "Новый пароль"},
    "account_password_sure": {
        "en": "Make a link by which {name} sets a new password? It works once, within a day, and "
        "until the server restarts. Nothing changes before it is used.",
        "ru": "Создать ссылку, по которой {name} задаст новый пароль? Она действует один раз, "
        "сутки и до перезапуска сервера. До этого ничего не изменится.",
    },
    "account_link": {
        "en": "Give this link to {name} and nobody else. It is shown only now.",
        "ru": "Передайте эту ссылку {name} и больше никому. Она показана только сейчас.",
    },
    "account_export": {"en": "All that is kept", "ru": "Все данные"},
    "account_delete_sure": {
        "en": "Delete the account {name} for good? Its name will be free. What others saw of it, "
        "as edits and chat, stays.",
        "ru": "Удалить учётную запись {name} навсегда? Имя освободится. То, что видели другие — "
        "правки и чат, — останется.",
    },
    "account_deleted": {"en": "The account {name} is deleted.", "ru": "{name}: удалено."},
    "account_none": {"en": "No such account.", "ru": "Таких учётных записей нет."},
    "yes": {"en": "Yes", "ru": "Да"},
    "close": {"en": "Close", "ru": "Закрыть"},
    "new_password_title": {"en": "A new password", "ru": "Новый пароль"},
    "new_password_password": {"en": "New password", "ru": "Новый пароль"},
    "new_password_again": {"en": "Once more", "ru": "Ещё раз"},
    "new_password_submit": {"en": "Set it", "ru": "Задать"},
    "new_password_differ": {"en": "The two passwords differ.", "ru": "Пароли не совпадают."},
    "new_password_done": {
        "en": "The password is set. Log in with it, in the game or here.",
        "ru": "Пароль задан. Войдите с ним в игру или сюда.",
    },
    "new_password_AUTH_EXPIRED": {
        "en": "This link is over. Ask for another.",
        "ru": "Эта ссылка больше не действует. Попросите другую.",
    },
    "new_password_PASSWORD_TOO_SHORT": {
        "en": "Too short: 8 characters or more, 15 for the staff.",
        "ru": "Слишком короткий: нужно не меньше 8 знаков, команде — 15.",
    },
    "new_password_PASSWORD_TOO_LONG": {
        "en": "Too long: 128 characters at most.",
        "ru": "Слишком длинный: не больше 128 знаков.",
    },
    "new_password_PASSWORD_COMMON": {
        "en": "It is easily guessed.",
        "ru": "Его легко угадать.",
    },
    "new_password_UNREACHABLE": {
        "en": "The server does not answer.",
        "ru": "Сервер не отвечает.",
    },
    "new_password_OTHER": {"en": "That did not work: {text}", "ru": "Не получилось: {text}"},
    "sent": {"en": "Sent", "ru": "Отправлено"},
    "received": {"en": "Received", "ru": "Получено"},
    "memory": {"en": "Memory", "ru": "Память"},
    "mebibytes": {"en": "{count} MiB", "ru": "{count} МиБ"},
    "kibibytes_per_second": {"en": "{count} KiB/s", "ru": "{count} КиБ/с"},
    "open_reports": {"en": "Open reports", "ru": "Открытых жалоб"},
    "players_day": {"en": "Players over the day", "ru": "Игроки за сутки"},
    "tick_day": {"en": "Tick over the day, ms", "ru": "Такт за сутки, мс"},
    "last_deeds": {"en": "What the staff did last", "ru": "Последние действия команды"},
    "save": {"en": "Save", "ru": "Сохранить"},
    "saved": {"en": "Saved.", "ru": "Сохранено."},
    "cancel": {"en": "Cancel", "ru": "Отмена"},
    "copy": {"en": "Copy", "ru": "Копировать"},
    "copied": {"en": "Copied.", "ru": "Скопировано."},
    "create": {"en": "Create", "ru": "Создать"},
    "delete": {"en": "Delete", "ru": "Удалить"},
    "slow_mode": {"en": "Slow mode", "ru": "Медленный режим"},
    "world_new": {"en": "New world", "ru": "Новый мир"},
    "world_no_map": {
        "en": "Every map has its world. Make or import a map first.",
        "ru": "У каждой карты уже есть мир. Сначала создайте или загрузите карту.",
    },
    "world_created": {
        "en": "The world is there. Start it to let players in.",
        "ru": "Мир создан. Запустите его, чтобы впустить игроков.",
    },
    "world_runs": {"en": "runs", "ru": "работает"},
    "world_rests": {"en": "stopped", "ru": "остановлен"},
    "world_start": {"en": "Start", "ru": "Запустить"},
    "world_started": {"en": "The world runs.", "ru": "Мир запущен."},
    "world_stop": {"en": "Stop", "ru": "Остановить"},
    "world_stop_sure": {
        "en": "Stop this world? Players in it now: {count}. All edits are saved; the players are "
        "told and sent out.",
        "ru": "Остановить этот мир? Игроков в нём: {count}. Все правки сохранятся; игроки узнают "
        "причину и выйдут.",
    },
    "world_stopped": {"en": "The world is stopped.", "ru": "Мир остановлен."},
    "world_delete_sure": {
        "en": "Delete this world? Its map stays; where players stood in it is forgotten.",
        "ru": "Удалить этот мир? Карта останется, а места игроков в нём забудутся.",
    },
    "world_deleted": {"en": "The world is deleted.", "ru": "Мир удалён."},
    "world_message": {"en": "Message of the day", "ru": "Сообщение дня"},
    "world_mode": {"en": "Mode", "ru": "Режим"},
    "setting_now": {"en": "Can change now", "ru": "Меняется на ходу"},
    "setting_fixed": {
        "en": "Fixed at the start: flags of serve or ESTRAGON_… in the environment",
        "ru": "Задано при запуске: флаги serve или ESTRAGON_… в окружении",
    },
    "setting_reset": {"en": "Back to {value}", "ru": "Вернуть {value}"},
    "setting_on": {"en": "yes", "ru": "да"},
    "setting_off": {"en": "no", "ru": "нет"},
    "setting_empty": {"en": "empty", "ru": "пусто"},
    "setting_name": {"en": "Server's name", "ru": "Имя сервера"},
    "setting_message_of_the_day": {
        "en": "Message of the day in the menu",
        "ru": "Сообщение дня в меню",
    },
    "setting_guests": {"en": "Guests may play", "ru": "Гости могут играть"},
    "setting_guests_may_build": {
        "en": "Everybody may change maps",
        "ru": "Все могут менять карты",
    },
    "setting_classic": {
        "en": "The classic endpoint is open",
        "ru": "Классический вход открыт",
    },
    "setting_max_players": {
        "en": "Most players in a world",
        "ru": "Наибольшее число игроков в мире",
    },
    "setting_chat_characters": {
        "en": "Most characters in a chat line",
        "ru": "Наибольшая длина реплики, знаков",
    },
    "setting_chat_burst": {"en": "Chat lines at once", "ru": "Реплик подряд"},
    "setting_chat_window_seconds": {
        "en": "…in so many seconds",
        "ru": "…за столько секунд",
    },
    "setting_slow_mode_seconds": {
        "en": "Slow mode where none is set, seconds",
        "ru": "Медленный режим по умолчанию, секунд",
    },
    "setting_edits_per_second": {"en": "Map edits a second", "ru": "Правок карты в секунду"},
    "setting_edit_burst": {"en": "Map edits at once", "ru": "Правок карты подряд"},
}

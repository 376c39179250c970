"""The words of the panel's frame and of all its pages but those that have words of their own."""

from __future__ import annotations

WORDS = {
    "menu": {"en": "Pages", "ru": "Страницы"},
    "own_menu": {"en": "You", "ru": "Вы"},
    "live_map": {"en": "Map", "ru": "Карта"},
    "chat": {"en": "Chat", "ru": "Чат"},
    "reports": {"en": "Reports", "ru": "Жалобы"},
    "sanctions": {"en": "Bans and mutes", "ru": "Баны и муты"},
    "accounts": {"en": "Accounts and roles", "ru": "Учётные записи и роли"},
    "audit": {"en": "Audit", "ru": "Журнал действий"},
    "settings": {"en": "Settings", "ru": "Настройки"},
    "dark": {"en": "Dark", "ru": "Тёмная тема"},
    "light": {"en": "Light", "ru": "Светлая тема"},
    "as_browser": {"en": "As the browser", "ru": "Как в браузере"},
    "sign_out": {"en": "Sign out", "ru": "Выйти"},
    "forbidden": {
        "en": "This page is not for your role.",
        "ru": "Эта страница не для вашей роли.",
    },
    "sign_in_title": {"en": "Sign in", "ru": "Вход"},
    "sign_in_name": {"en": "Name", "ru": "Имя"},
    "sign_in_password": {"en": "Password", "ru": "Пароль"},
    "sign_in_show": {"en": "Show the password", "ru": "Показать пароль"},
    "sign_in_hide": {"en": "Hide the password", "ru": "Скрыть пароль"},
    "sign_in_submit": {"en": "Sign in", "ru": "Войти"},
    "sign_in_code": {"en": "Code", "ru": "Код"},
    "sign_in_code_help": {
        "en": "Six digits from the authenticator app, or a recovery code.",
        "ru": "Шесть цифр из приложения-аутентификатора или запасной код.",
    },
    "sign_in_back": {"en": "Back", "ru": "Назад"},
    "sign_in_wrong_code": {
        "en": "That code is wrong, too old, or was used already.",
        "ru": "Код неверен, устарел или уже был использован.",
    },
    "sign_in_AUTH_EXPIRED": {
        "en": "That took too long. Give the password again.",
        "ru": "Прошло слишком много времени. Введите пароль ещё раз.",
    },
    "sign_in_AUTH_FAILED": {
        "en": "Name and password do not belong together.",
        "ru": "Имя и пароль не подходят друг к другу.",
    },
    "sign_in_AUTH_TOO_MANY_TRIES": {
        "en": "Too many tries. Again in {seconds} s.",
        "ru": "Слишком много попыток. Снова через {seconds} с.",
    },
    "sign_in_SERVER_BUSY": {
        "en": "The server is busy. Again in {seconds} s.",
        "ru": "Сервер занят. Снова через {seconds} с.",
    },
    "sign_in_AUTH_INSECURE": {
        "en": "Passwords are taken over https or on the server's own machine only.",
        "ru": "Пароль принимается только по https или на самом сервере.",
    },
    "sign_in_FORBIDDEN": {
        "en": "This account does not belong to the staff.",
        "ru": "Эта учётная запись не принадлежит команде сервера.",
    },
    "sign_in_BANNED": {
        "en": "You may not come in here. {text}",
        "ru": "Вход сюда для вас закрыт. {text}",
    },
    "sign_in_UNREACHABLE": {
        "en": "The server does not answer.",
        "ru": "Сервер не отвечает.",
    },
    "sign_in_OTHER": {"en": "That did not work: {text}", "ru": "Не получилось: {text}"},
    "refused_forbidden": {"en": "Your role may not do that.", "ru": "Вашей роли это не разрешено."},
    "refused_chat_nobody": {"en": "There is nobody like that.", "ru": "Такого игрока нет."},
    "refused_command_usage": {"en": "That is not sound:", "ru": "Так нельзя:"},
    "refused_server_busy": {
        "en": "The server is busy. Try again.",
        "ru": "Сервер занят. Попробуйте ещё раз.",
    },
}

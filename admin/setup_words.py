"""The words of the page that makes the first owner."""

from __future__ import annotations

WORDS = {
    "setup": {"en": "First owner", "ru": "Первый владелец"},
    "setup_title": {"en": "Become the owner", "ru": "Станьте владельцем"},
    "setup_about": {
        "en": "This server has no owner yet. The owner may do everything: appoint others, "
        "change worlds, ban players.",
        "ru": "У этого сервера ещё нет владельца. Владельцу можно всё: назначать других, "
        "менять миры, банить игроков.",
    },
    "setup_name": {"en": "Name in the game", "ru": "Имя в игре"},
    "setup_name_hint": {
        "en": "3 to 20 characters, letters of one alphabet.",
        "ru": "От 3 до 20 знаков, буквы одного алфавита.",
    },
    "setup_password": {"en": "Password", "ru": "Пароль"},
    "setup_password_hint": {
        "en": "15 characters or more; a few words do well.",
        "ru": "Не короче 15 знаков; подойдут несколько слов.",
    },
    "setup_again": {"en": "The password once more", "ru": "Пароль ещё раз"},
    "setup_show": {"en": "Show the password", "ru": "Показать пароль"},
    "setup_hide": {"en": "Hide the password", "ru": "Скрыть пароль"},
    "setup_submit": {"en": "Become the owner", "ru": "Стать владельцем"},
    "setup_differ": {"en": "The two passwords differ.", "ru": "Пароли не совпадают."},
    "setup_no_token_title": {"en": "Open the whole link", "ru": "Откройте ссылку целиком"},
    "setup_no_token": {
        "en": "This page needs the link that the server printed where it was started, "
        "with everything after the # sign.",
        "ru": "Этой странице нужна ссылка, которую сервер напечатал при запуске, "
        "со всем, что стоит после знака #.",
    },
    "setup_over_title": {"en": "The link no longer works", "ru": "Ссылка больше не действует"},
    "setup_over": {
        "en": "It is good for 30 minutes and 5 tries. Restart the server: it prints a new one.",
        "ru": "Она действует 30 минут и 5 попыток. Перезапустите сервер — он напечатает новую.",
    },
    "setup_done_title": {"en": "There is an owner", "ru": "Владелец уже есть"},
    "setup_done": {
        "en": "The link has done its work. If it was not you who used it, or the password is "
        "lost, look into the accounts on the server's own machine:",
        "ru": "Ссылка своё отслужила. Если воспользовались ею не вы или пароль утерян, "
        "проверьте учётные записи на самой машине сервера:",
    },
    "setup_insecure_title": {"en": "Not over this line", "ru": "Только не по этому соединению"},
    "setup_insecure": {
        "en": "Others could read the password on its way. Open the link over https, or on the "
        "machine that the server runs on.",
        "ru": "Пароль могли бы прочесть по дороге. Откройте ссылку по https или на самой машине, "
        "где работает сервер.",
    },
    "setup_busy_title": {"en": "Not just now", "ru": "Не сейчас"},
    "setup_busy": {
        "en": "The server cannot reach its database. Its log tells more.",
        "ru": "Серверу недоступна база данных. Подробности — в его журнале.",
    },
    "setup_welcome": {"en": "You are the owner, {name}", "ru": "{name}, вы — владелец"},
    "setup_next": {"en": "What comes next", "ru": "Что дальше"},
    "setup_next_game": {
        "en": "In the game, log in with this name and password. /help in the chat shows all "
        "that you may do.",
        "ru": "Войдите в игру с этим именем и паролем. /help в чате покажет, что вам доступно.",
    },
    "setup_next_staff": {
        "en": "Whoever is to help you registers in the game. A command on the server's machine "
        "gives them a role:",
        "ru": "Пусть помощники зарегистрируются в игре. Роль им даёт команда на машине сервера:",
    },
    "setup_next_lost": {
        "en": "Nobody can look the password up. If it is lost, another command gives a new one:",
        "ru": "Посмотреть пароль нельзя. Если он утерян, новый задаёт другая команда:",
    },
    "setup_any_name": {"en": "NAME", "ru": "ИМЯ"},
    "setup_panel": {"en": "To the panel", "ru": "В панель"},
    "setup_NAME_EMPTY": {"en": "Without a name it does not work.", "ru": "Без имени не получится."},
    "setup_NAME_TOO_SHORT": {
        "en": "At least 3 characters.",
        "ru": "Не меньше 3 знаков.",
    },
    "setup_NAME_TOO_LONG": {"en": "At most 20 characters.", "ru": "Не больше 20 знаков."},
    "setup_NAME_INVALID": {
        "en": "Letters of one alphabet, digits and - _ ' . only, with a letter or a digit at "
        "either end.",
        "ru": "Только буквы одного алфавита, цифры и - _ ' ., по краям буква или цифра.",
    },
    "setup_NAME_IN_USE": {
        "en": "Somebody in the game has this name, or one that looks like it.",
        "ru": "Кто-то в игре уже носит это имя или похожее.",
    },
    "setup_NAME_REGISTERED": {
        "en": "There is an account of this name, or of one that looks like it.",
        "ru": "Это имя или похожее уже занято учётной записью.",
    },
    "setup_PASSWORD_TOO_SHORT": {
        "en": "Too short: 15 characters or more.",
        "ru": "Слишком короткий: нужно не меньше 15 знаков.",
    },
    "setup_PASSWORD_TOO_LONG": {
        "en": "Too long: 128 characters at most.",
        "ru": "Слишком длинный: не больше 128 знаков.",
    },
    "setup_PASSWORD_COMMON": {
        "en": "It is easily guessed: among the common ones, in a row on the keyboard, or much "
        "like the name.",
        "ru": "Его легко угадать: он из частых, идёт подряд по клавишам или похож на имя.",
    },
    "setup_AUTH_EXPIRED": {
        "en": "This is not the link that the server printed last. Each wrong one counts as a try.",
        "ru": "Это не та ссылка, которую сервер напечатал последней. "
        "Каждая неверная считается попыткой.",
    },
    "setup_AUTH_TOO_MANY_TRIES": {
        "en": "Too many tries from your address. Come back in {seconds} s.",
        "ru": "Слишком много попыток с вашего адреса. Вернитесь через {seconds} с.",
    },
    "setup_SERVER_BUSY": {
        "en": "The server has too much to do just now. Try again in a moment.",
        "ru": "Сервер сейчас слишком занят. Попробуйте ещё раз через минуту.",
    },
    "setup_OTHER": {
        "en": "The server answered: {text}",
        "ru": "Сервер ответил: {text}",
    },
    "setup_UNREACHABLE": {
        "en": "The server does not answer. Does it run?",
        "ru": "Сервер не отвечает. Он работает?",
    },
}

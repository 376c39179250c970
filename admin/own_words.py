"""The words of the page of one's own account."""

from __future__ import annotations

WORDS = {
    "own_account": {"en": "My account", "ru": "Моя учётная запись"},
    "own_password": {"en": "Password", "ru": "Пароль"},
    "own_password_old": {"en": "Password until now", "ru": "Прежний пароль"},
    "own_password_new": {"en": "New password", "ru": "Новый пароль"},
    "own_password_again": {"en": "New password once more", "ru": "Новый пароль ещё раз"},
    "own_password_submit": {"en": "Change the password", "ru": "Сменить пароль"},
    "own_password_about": {
        "en": "At least 15 characters. All your other sessions end, in the game too.",
        "ru": "Не меньше 15 символов. Все остальные ваши сеансы завершатся, в игре тоже.",
    },
    "own_password_done": {"en": "The password is changed.", "ru": "Пароль изменён."},
    "own_password_differ": {
        "en": "These are two different passwords.",
        "ru": "Это два разных пароля.",
    },
    "own_form_AUTH_FAILED": {
        "en": "That is not right: the password, or the code, which is good once only.",
        "ru": "Неверно: пароль или код, который годится только один раз.",
    },
    "own_form_AUTH_TOO_MANY_TRIES": {
        "en": "Too many tries. Again in {seconds} s.",
        "ru": "Слишком много попыток. Снова через {seconds} с.",
    },
    "own_form_SERVER_BUSY": {
        "en": "The server is busy. Again in {seconds} s.",
        "ru": "Сервер занят. Снова через {seconds} с.",
    },
    "own_form_AUTH_EXPIRED": {
        "en": "That took too long. Begin anew.",
        "ru": "Прошло слишком много времени. Начните заново.",
    },
    "own_form_PASSWORD_TOO_SHORT": {
        "en": "The password needs 15 characters or more.",
        "ru": "В пароле должно быть не меньше 15 символов.",
    },
    "own_form_PASSWORD_TOO_LONG": {
        "en": "The password has at most 128 characters.",
        "ru": "В пароле может быть не больше 128 символов.",
    },
    "own_form_PASSWORD_COMMON": {
        "en": "That password is easily guessed.",
        "ru": "Такой пароль легко угадать.",
    },
    "own_form_UNREACHABLE": {"en": "The server does not answer.", "ru": "Сервер не отвечает."},
    "own_form_OTHER": {"en": "That did not work: {text}", "ru": "Не получилось: {text}"},
    "two_factor": {"en": "Second factor", "ru": "Второй шаг входа"},
    "two_factor_about": {
        "en": "With it the panel asks for a code of an authenticator app on your phone after the "
        "password. A stolen password alone then opens nothing here. The game itself goes on "
        "asking for the password only.",
        "ru": "Со вторым шагом панель после пароля спрашивает код из приложения-аутентификатора "
        "на вашем телефоне. Одного украденного пароля тогда мало. Сама игра по-прежнему "
        "спрашивает только пароль.",
    },
    "two_factor_is_on": {
        "en": "It is on. Recovery codes left: {left}.",
        "ru": "Включён. Осталось запасных кодов: {left}.",
    },
    "two_factor_password": {"en": "Your password", "ru": "Ваш пароль"},
    "two_factor_code": {"en": "Code", "ru": "Код"},
    "two_factor_begin": {"en": "Switch it on", "ru": "Включить"},
    "two_factor_scan": {
        "en": "Scan this with the app, or type the key into it. Then type the six digits that it "
        "shows.",
        "ru": "Отсканируйте это приложением или введите в него ключ. Затем введите шесть цифр, "
        "которые оно покажет.",
    },
    "two_factor_picture": {"en": "QR code for the app", "ru": "QR-код для приложения"},
    "two_factor_key": {"en": "Key", "ru": "Ключ"},
    "two_factor_confirm": {"en": "Confirm", "ru": "Подтвердить"},
    "two_factor_cancel": {"en": "Cancel", "ru": "Отмена"},
    "two_factor_codes": {
        "en": "Recovery codes, for when the app is lost. Each works once. Keep them where the "
        "phone is not: nobody can show them again.",
        "ru": "Запасные коды на случай, если приложение потеряно. Каждый годится один раз. Храните "
        "их не в телефоне: показать их снова никто не сможет.",
    },
    "two_factor_kept": {"en": "I have kept them", "ru": "Я их сохранил"},
    "two_factor_copy": {"en": "Copy", "ru": "Скопировать"},
    "two_factor_download": {"en": "Save as a file", "ru": "Сохранить в файл"},
    "two_factor_end": {"en": "Switch it off", "ru": "Выключить"},
    "two_factor_renew": {"en": "New recovery codes", "ru": "Новые запасные коды"},
    "two_factor_wrong_code": {
        "en": "That code is wrong or too old. Is the phone's clock right?",
        "ru": "Код неверен или устарел. Верно ли идут часы телефона?",
    },
    "own_sessions": {"en": "Where I am signed in", "ru": "Где я вошёл"},
    "own_browser": {"en": "Browser", "ru": "Браузер"},
    "own_some_browser": {"en": "Some browser", "ru": "Какой-то браузер"},
    "own_here": {"en": "here", "ru": "здесь"},
    "own_address": {"en": "Address", "ru": "Адрес"},
    "own_opened": {"en": "Since", "ru": "С"},
    "own_used": {"en": "Last used", "ru": "Последнее действие"},
    "own_end": {"en": "End", "ru": "Завершить"},
    "own_ended": {"en": "Done.", "ru": "Готово."},
    "own_end_others": {"en": "End all others", "ru": "Завершить остальные"},
    "own_end_all": {
        "en": "Log out everywhere, here and in the game",
        "ru": "Выйти везде: здесь и в игре",
    },
}

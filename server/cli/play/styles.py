"""How the lines of chat and list look, by what they tell."""

NAME_STYLE, SAID_STYLE = "bold #dba645", "not bold #e6e6e6"
QUIET_STYLE, ODD_STYLE, BAD_STYLE = "#8b96a3", "#7fb8d8", "#e07a5f"
PLAY_STYLE, WHISPER_STYLE = "#a3be8c", "italic #c39ac9"
KEY_STYLE = "bold #dba645"

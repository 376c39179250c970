// Lines of the chat, the latest below, each with what one may do about it. All of it is text.
export default {
  props: { lines: Array, words: Object, may: Array, marked: Number, follows: Boolean, locale: String },
  emits: ["act"],
  template: `
    <div ref="box" class="chat-lines" role="log" @scroll="scrolled">
      <div v-if="!lines.length" class="q-pa-md opacity-60">{{ words.nothing }}</div>
      <div
        v-for="line in lines" :key="line.key" class="chat-line" :data-number="line.number"
        :class="[line.fate, { marked: marked && line.number === marked }]"
      >
        <span class="chat-time" :title="full(line.time_ms)">{{ time(line.time_ms) }}</span>
        <span class="chat-text">
          <span v-if="line.world" class="opacity-60">{{ line.world }}&nbsp;</span>
          <a :href="'/admin/players/' + line.player_id" class="text-primary text-weight-medium"
            ><bdi>{{ line.name }}</bdi></a>
          <span v-if="line.to_name"> → <bdi>{{ line.to_name }}</bdi></span>:
          <bdi class="chat-words">{{ line.text }}</bdi>
          <q-badge
            v-if="line.fate !== 'said'" outline class="q-ml-sm" color="accent"
            :label="words['fate_' + line.fate]"
          />
        </span>
        <span class="chat-deeds">
          <q-btn
            v-for="each in deeds(line)" :key="each.name" flat dense round size="sm"
            :icon="each.icon" :aria-label="words[each.name]" :data-act="each.name"
            @click="$emit('act', { name: each.name, number: line.number, player_id: line.player_id })"
          ><q-tooltip>{{ words[each.name] }}</q-tooltip></q-btn>
        </span>
      </div>
    </div>`,
  data: () => ({ isAtEnd: true }),
  mounted() {
    this.goToEnd();
  },
  updated() {
    if (this.isAtEnd) this.goToEnd();
  },
  methods: {
    deeds(line) {
      const all = [
        { name: "release", icon: "check", fits: line.fate === "held" },
        { name: "delete", icon: "delete", fits: line.fate !== "deleted" },
        { name: "mute", icon: "mic_off", fits: true },
        { name: "context", icon: "unfold_more", fits: true },
      ];
      return all.filter((each) => each.fits && this.may.includes(each.name));
    },
    goToEnd() {
      if (this.follows) this.$refs.box.scrollTop = this.$refs.box.scrollHeight;
    },
    scrolled() {
      const box = this.$refs.box;
      this.isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    },
    time(ms) {
      return new Date(ms).toLocaleTimeString(this.locale, { timeStyle: "short" });
    },
    full(ms) {
      return new Date(ms).toLocaleString(this.locale);
    },
  },
};

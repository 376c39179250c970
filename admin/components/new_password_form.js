// The form behind a password link. Token and password go to /api/panel/new-password and nowhere
// else: NiceGUI's own fields would tell its socket every letter.
export default {
  props: { words: Object },
  template: `
    <form class="column q-gutter-y-md" novalidate @submit.prevent="submit">
      <div class="text-2xl" role="heading" aria-level="1">{{ words.title }}</div>
      <div v-if="isDone" role="status" class="text-base">{{ words.done }}</div>
      <template v-else>
        <q-input
          v-model="password" outlined autofocus :label="words.password" name="password"
          type="password" autocomplete="new-password" maxlength="1024"
        />
        <q-input
          v-model="again" outlined :label="words.again" name="again" type="password"
          autocomplete="new-password" maxlength="1024"
        />
        <div v-if="problem" role="alert" class="text-negative">{{ problem }}</div>
        <q-btn
          type="submit" color="primary" no-caps size="lg" class="full-width"
          :label="words.submit" :loading="isBusy"
        />
      </template>
    </form>`,
  data: () => ({ token: "", password: "", again: "", problem: "", isBusy: false, isDone: false }),
  mounted() {
    this.token = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  },
  methods: {
    async submit() {
      if (this.isBusy) return;
      this.problem = this.password === this.again ? "" : this.words.differ;
      if (this.problem) return;
      this.isBusy = true;
      const { token, password } = this;
      try {
        const answer = await fetch("/api/panel/new-password", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ token, password }),
          cache: "no-store",
        });
        if (answer.ok) this.isDone = true;
        else {
          const { code = "", text = "" } = await answer.json().catch(() => ({}));
          this.problem = (this.words[code] ?? this.words.OTHER)
            .replace("{text}", () => text || answer.status);
        }
      } catch {
        this.problem = this.words.UNREACHABLE;
      } finally {
        this.isBusy = false;
      }
    },
  },
};

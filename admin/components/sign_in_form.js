// The form by which one signs in. What is typed here goes to /api/panel/session and nowhere else:
// NiceGUI's own fields would tell its socket every letter of the password.
export default {
  props: { words: Object, wayBack: String },
  template: `
    <form class="column q-gutter-y-md" novalidate @submit.prevent="submit">
      <div class="text-2xl" role="heading" aria-level="1">{{ words.title }}</div>
      <q-input
        v-model="name" outlined autofocus :label="words.name" name="username"
        autocomplete="username" autocapitalize="off" spellcheck="false" maxlength="255"
      />
      <q-input
        v-model="password" outlined :label="words.password" name="password" maxlength="1024"
        :type="isShown ? 'text' : 'password'" autocomplete="current-password"
      >
        <template #append>
          <q-btn
            flat round dense type="button" :icon="isShown ? 'visibility_off' : 'visibility'"
            :aria-label="isShown ? words.hide : words.show" @click="isShown = !isShown"
          />
        </template>
      </q-input>
      <div v-if="problem" role="alert" class="row no-wrap items-start text-negative">
        <q-icon name="error" size="24px" class="q-mr-sm" />
        <div class="col text-base">{{ problem }}</div>
      </div>
      <q-btn
        type="submit" color="primary" no-caps size="lg" class="full-width"
        :label="words.submit" :loading="isBusy"
      />
    </form>`,
  data: () => ({ name: "", password: "", problem: "", isShown: false, isBusy: false }),
  methods: {
    async submit() {
      if (this.isBusy) return;
      this.isBusy = true;
      this.problem = "";
      const { name, password } = this;
      try {
        const answer = await fetch("/api/panel/session", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ name, password }),
          cache: "no-store",
        });
        if (answer.ok) location.assign(this.wayBack);
        else this.refuse(await answer.json().catch(() => ({})), answer);
      } catch {
        this.problem = this.words.UNREACHABLE;
      } finally {
        this.isBusy = false;
      }
    },
    refuse({ code = "", text = "", retry_after_ms = 0 }, { status }) {
      this.password = "";
      this.problem = (this.words[code] ?? this.words.OTHER)
        .replace("{seconds}", Math.ceil(retry_after_ms / 1000))
        .replace("{text}", () => text || status);
    },
  },
};

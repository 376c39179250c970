// The form of the set-up page. What is typed here goes to /api/setup and nowhere else: NiceGUI's own
// fields would tell its socket every letter of the password.
const FIELDS = { NAME: "name", PASSWORD: "password" };

export default {
  props: { words: Object, knownProblem: String, tokenKey: String, panel: String },
  template: `
    <div class="setup">
      <template v-if="welcome">
        <div class="row items-center no-wrap">
          <q-icon name="verified" color="secondary" size="36px" class="q-mr-sm" />
          <div class="text-2xl col" role="heading" aria-level="1">{{ welcome }}</div>
        </div>
        <div class="text-lg" role="heading" aria-level="2">{{ words.next }}</div>
        <div class="text-base">{{ words.next_game }}</div>
        <div class="text-base">{{ words.next_staff }}</div>
        <pre>estragon admin role {{ words.any_name }} moderator</pre>
        <div class="text-base">{{ words.next_lost }}</div>
        <pre>estragon admin reset-password "{{ owner }}"</pre>
        <div v-if="panel"><q-btn :href="panel" color="primary" no-caps :label="words.panel" /></div>
      </template>
      <template v-else-if="problem">
        <div class="text-2xl" role="heading" aria-level="1">{{ words[problem + "_title"] }}</div>
        <div class="text-base">{{ words[problem] }}</div>
        <pre v-if="problem === 'done'">estragon admin list</pre>
      </template>
      <form v-else class="setup" novalidate @submit.prevent="submit">
        <div class="text-2xl" role="heading" aria-level="1">{{ words.title }}</div>
        <div class="text-base">{{ words.about }}</div>
        <q-input
          ref="name" v-model="name" outlined autofocus :label="words.name" :hint="words.name_hint"
          name="username" autocomplete="username" autocapitalize="off" spellcheck="false"
          maxlength="255" :error="!!errors.name" :error-message="errors.name"
          @update:model-value="errors.name = ''"
        />
        <q-input
          ref="password" v-model="password" outlined :label="words.password"
          :hint="words.password_hint" :type="isShown ? 'text' : 'password'" name="password"
          autocomplete="new-password" maxlength="1024" :error="!!errors.password"
          :error-message="errors.password" @update:model-value="errors.password = ''"
        >
          <template #append>
            <q-btn
              flat round dense type="button" :icon="isShown ? 'visibility_off' : 'visibility'"
              :aria-label="isShown ? words.hide : words.show" @click="isShown = !isShown"
            />
          </template>
        </q-input>
        <q-input
          ref="again" v-model="again" outlined :label="words.again" name="again"
          :type="isShown ? 'text' : 'password'" autocomplete="new-password" maxlength="1024"
          :error="!!errors.again" :error-message="errors.again"
          @update:model-value="errors.again = ''"
        />
        <div
          v-if="errors.form" role="alert" class="row no-wrap items-start text-negative"
        >
          <q-icon name="error" size="24px" class="q-mr-sm" />
          <div class="col text-base">{{ errors.form }}</div>
        </div>
        <q-btn
          type="submit" color="primary" no-caps size="lg" class="full-width"
          :label="words.submit" :loading="isBusy"
        />
      </form>
    </div>`,
  data() {
    const token = sessionStorage.getItem(this.tokenKey);
    return {
      token,
      problem: this.knownProblem || (token ? "" : "no_token"),
      name: "",
      password: "",
      again: "",
      errors: { name: "", password: "", again: "", form: "" },
      isShown: false,
      isBusy: false,
      welcome: "",
      owner: "",
    };
  },
  methods: {
    async submit() {
      if (this.isBusy) return;
      this.errors = { name: "", password: "", again: "", form: "" };
      if (!this.name.trim()) return this.complain("name", this.words.NAME_EMPTY);
      if (!this.password) return this.complain("password", this.words.PASSWORD_TOO_SHORT);
      if (this.password !== this.again) return this.complain("again", this.words.differ);
      this.isBusy = true;
      const { token, name, password } = this;
      try {
        const answer = await fetch("/api/setup", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ token, name, password }),
          cache: "no-store",
        });
        const told = await answer.json().catch(() => ({}));
        if (answer.ok) this.succeed(told.account.name);
        else this.refuse(told, answer);
      } catch {
        this.errors.form = this.words.UNREACHABLE;
      } finally {
        this.isBusy = false;
      }
    },
    succeed(name) {
      this.forget();
      this.owner = name;
      this.welcome = this.words.welcome.replace("{name}", () => name);
    },
    refuse({ code = "", text = "", retry_after_ms = 0 }, { status }) {
      if (code.startsWith("SETUP_") || code === "AUTH_INSECURE") {
        if (code !== "AUTH_INSECURE") this.forget();
        this.problem = { SETUP_DONE: "done", SETUP_OVER: "over" }[code] ?? "insecure";
        return;
      }
      const known = this.words[code] ?? this.words.OTHER;
      const said = known
        .replace("{seconds}", Math.ceil(retry_after_ms / 1000))
        .replace("{text}", () => text || status);
      this.complain(FIELDS[code.split("_")[0]] ?? "form", said);
    },
    complain(field, said) {
      this.errors[field] = said;
      this.$refs[field]?.focus();
    },
    forget() {
      sessionStorage.removeItem(this.tokenKey);
      this.token = this.password = this.again = "";
    },
  },
};

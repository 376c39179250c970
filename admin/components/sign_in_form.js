// The form by which one signs in: name and password, then a code where the account has a second
// factor. What is typed here goes to /api/panel/session and nowhere else: NiceGUI's own fields would
// tell its socket every letter of the password.
import { post } from "estragon-forms/post.js";

export default {
  props: { words: Object, wayBack: String },
  template: `
    <form class="column q-gutter-y-md" novalidate @submit.prevent="submit">
      <div class="text-2xl" role="heading" aria-level="1">{{ words.title }}</div>
      <template v-if="!token">
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
      </template>
      <q-input
        v-else v-model="code" outlined autofocus :label="words.code" :hint="words.code_help" name="code"
        autocomplete="one-time-code" autocapitalize="off" spellcheck="false" maxlength="64"
      />
      <div v-if="problem" role="alert" class="row no-wrap items-start text-negative">
        <q-icon name="error" size="24px" class="q-mr-sm" />
        <div class="col text-base">{{ problem }}</div>
      </div>
      <q-btn
        type="submit" color="primary" no-caps size="lg" class="full-width"
        :label="words.submit" :loading="isBusy"
      />
      <q-btn v-if="token" flat no-caps type="button" :label="words.back" @click="again" />
    </form>`,
  data: () => ({
    name: "", password: "", code: "", token: "", problem: "", isShown: false, isBusy: false,
  }),
  methods: {
    async submit() {
      if (this.isBusy) return;
      this.isBusy = true;
      this.problem = "";
      const { name, password, code, token } = this;
      const answer = token
        ? await post("/api/panel/session/code", { token, code })
        : await post("/api/panel/session", { name, password });
      this.isBusy = false;
      this.password = this.code = "";
      if (answer.status === 202) this.token = answer.told.token;
      else if (answer.ok) location.assign(this.wayBack);
      else if (token && answer.told.code === "AUTH_FAILED") this.problem = this.words.wrong_code;
      else {
        if (answer.told.code === "AUTH_EXPIRED") this.token = "";
        this.problem = answer.problem(this.words);
      }
    },
    again() {
      this.token = this.problem = "";
    },
  },
};

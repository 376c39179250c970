// Switches one's own second factor on and off. Passwords, codes and the secret go between this form
// and /api/panel/own alone: NiceGUI's own fields would tell its socket every letter.
import { post } from "estragon-forms/post.js";

const OWN = "/api/panel/own";

export default {
  props: { words: Object, name: String, isOn: Boolean, left: Number },
  template: `
    <div class="column q-gutter-y-sm">
      <div v-if="codes.length" class="column q-gutter-y-sm">
        <div class="text-base">{{ words.codes }}</div>
        <div class="two-factor-codes" data-codes>
          <code v-for="each in codes" :key="each">{{ each }}</code>
        </div>
        <div class="row q-gutter-sm">
          <q-btn outline no-caps icon="content_copy" :label="words.copy" @click="copy" />
          <q-btn
            outline no-caps icon="download" :label="words.download" :href="file"
            download="recovery-codes.txt"
          />
          <q-btn color="primary" no-caps :label="words.kept" data-do="kept" @click="codes = []" />
        </div>
      </div>
      <form v-else-if="offer" class="column q-gutter-y-sm" novalidate @submit.prevent="confirm">
        <div class="text-base">{{ words.scan }}</div>
        <img class="two-factor-picture" :src="picture" :alt="words.picture" />
        <div>{{ words.key }}: <code data-key class="break-all">{{ key }}</code></div>
        <q-input
          v-model="code" outlined dense :label="words.code" name="code" inputmode="numeric"
          autocomplete="one-time-code" maxlength="64" class="two-factor-field" autofocus
        />
        <div v-if="problem" role="alert" class="text-negative">{{ problem }}</div>
        <div class="row q-gutter-sm">
          <q-btn type="submit" color="primary" no-caps :label="words.confirm" :loading="isBusy" />
          <q-btn flat no-caps type="button" :label="words.cancel" @click="forget" />
        </div>
      </form>
      <form v-else class="column q-gutter-y-sm" novalidate @submit.prevent="isOn ? end() : begin()">
        <div v-if="isOn" class="row items-center no-wrap">
          <q-icon name="verified_user" color="positive" size="24px" class="q-mr-sm" />
          <div class="text-base" data-state>{{ words.is_on.replace("{left}", left) }}</div>
        </div>
        <div v-else class="text-body2 opacity-80">{{ words.about }}</div>
        <input type="hidden" name="username" autocomplete="username" :value="name" />
        <q-input
          v-model="password" outlined dense :label="words.password" name="confirm" type="password"
          autocomplete="current-password" maxlength="1024" class="two-factor-field"
        />
        <q-input
          v-if="isOn" v-model="code" outlined dense :label="words.code" name="code"
          autocomplete="one-time-code" maxlength="64" class="two-factor-field"
        />
        <div v-if="problem" role="alert" class="text-negative">{{ problem }}</div>
        <div class="row q-gutter-sm">
          <template v-if="isOn">
            <q-btn
              color="primary" no-caps type="button" :label="words.renew" :loading="isBusy"
              :disable="!password || !code" data-do="renew" @click="renew"
            />
            <q-btn
              outline color="negative" no-caps type="submit" :label="words.end" :loading="isBusy"
              :disable="!password || !code" data-do="off"
            />
          </template>
          <q-btn
            v-else color="primary" no-caps type="submit" :label="words.begin" :loading="isBusy"
            :disable="!password" data-do="on"
          />
        </div>
      </form>
    </div>`,
  data: () => ({ password: "", code: "", problem: "", isBusy: false, offer: null, codes: [] }),
  computed: {
    picture() {
      return `data:image/svg+xml,${encodeURIComponent(this.offer.picture)}`;
    },
    key() {
      return this.offer.secret.match(/.{1,4}/g).join(" ");
    },
    file() {
      return `data:text/plain;charset=utf-8,${encodeURIComponent(this.codes.join("\n") + "\n")}`;
    },
  },
  methods: {
    async send(path, body) {
      if (this.isBusy) return null;
      this.isBusy = true;
      this.problem = "";
      const answer = await post(OWN + path, body);
      this.isBusy = false;
      this.code = "";
      if (answer.ok) {
        this.password = "";
        return answer.told;
      }
      this.problem = answer.problem(this.words);
      if (this.offer && answer.told.code === "AUTH_FAILED") this.problem = this.words.wrong_code;
      return null;
    },
    async begin() {
      this.offer = await this.send("/two-factor", { password: this.password });
    },
    async confirm() {
      const told = await this.send("/two-factor/on", { code: this.code });
      if (told === null) return;
      this.codes = told.codes;
      this.offer = null;
    },
    async renew() {
      const { password, code } = this;
      const told = await this.send("/recovery-codes", { password, code });
      if (told !== null) this.codes = told.codes;
    },
    async end() {
      const { password, code } = this;
      await this.send("/two-factor/off", { password, code });
    },
    forget() {
      this.offer = null;
      this.problem = this.code = "";
    },
    async copy() {
      await navigator.clipboard.writeText(this.codes.join("\n"));
    },
  },
};

// Signs in with a passkey on the pages of /oauth. Where it cannot run they show no passkeys, and do without it.
(() => {
  const form = document.querySelector("form.passkey");
  if (!form || !window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  form.hidden = false;
  const button = form.querySelector("button");
  const problem = form.querySelector("[role=alert]");
  const say = (text) => {
    problem.textContent = text;
    problem.hidden = text === "";
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    say("");
    try {
      const nonce = crypto.randomUUID(); // ties the answer to this page
      const response = await fetch(form.dataset.options, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ nonce }),
      });
      const asked = await response.json();
      if (!response.ok) throw new Error(asked.message);
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.public_key);
      const credential = await navigator.credentials.get({ publicKey });
      form.elements.answer.value = JSON.stringify({ credential, state: asked.state, nonce });
      form.submit();
    } catch (error) {
      // What browsers say where somebody closes the dialog, lets it time out, or has no passkey here.
      say(error.name === "NotAllowedError" ? "No passkey was used. Try again, or sign in another way." : `This did not work: ${error.message}.`);
      button.disabled = false;
      button.focus();
    }
  });

  // Back from the next page, it can be used again.
  window.addEventListener("pageshow", () => { button.disabled = false; });
})();

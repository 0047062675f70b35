// The form that hands a ticket over by POST sends itself; without JavaScript its button does.
document.querySelector("form[data-submit-at-once]")?.requestSubmit();

// What the device is doing, shared by its parts.

export const TYPING = "typing", WAITING = "waiting", BUSY = "busy", SHOWN = "shown", OPEN = "open";
export const LOOKED = "looked", MENU = "menu", ASKING = "asking", RUNNING = "running";
export const state = {
  phase: BUSY, entry: "", isFixed: false, priceFen: 0, terminal: null, campus: null,
  laid: "", prompt: null, sale: null, tear: "",
};
export const part = (id) => document.getElementById(id);
export const keyOf = (name) => document.querySelector(`[data-key="${name}"]`);

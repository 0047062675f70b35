// What the phone keeps of a count (盘点): the list it was given, and the rows that are not uploaded yet. Each row has its own id, made once.
const NAME = "nanhu-count";

function open() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("lists", { keyPath: ["take", "account"] });
      opening.result.createObjectStore("rows", { keyPath: "client_id" }).createIndex("take", "take");
    };
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => resolve(opening.result);
  });
}

async function inside(name, mode, work) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode);
      const asked = work(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const keepList = (list) => inside("lists", "readwrite", (rows) => rows.put(list));
export const readList = (take, account) => inside("lists", "readonly", (rows) => rows.get([take, account]));
export const forgetList = (take, account) => inside("lists", "readwrite", (rows) => rows.delete([take, account]));
export const keepRow = (row) => inside("rows", "readwrite", (rows) => rows.put(row));
export const rowsOf = (take) => inside("rows", "readonly", (rows) => rows.index("take").getAll(take));
export const allRows = () => inside("rows", "readonly", (rows) => rows.getAll());
export const dropRows = (ids) => inside("rows", "readwrite", (rows) => ids.forEach((id) => rows.delete(id)));
// in one transaction: at no moment is neither there
export const replaceRow = (id, row) => inside("rows", "readwrite", (rows) => (rows.put(row), rows.delete(id)));

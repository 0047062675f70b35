// A sum as the school writes it: one minus (U+2212), before the sign of the yuan.

export const yuan = (fen) => `${fen < 0 ? "−" : ""}¥ ${(Math.abs(fen) / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

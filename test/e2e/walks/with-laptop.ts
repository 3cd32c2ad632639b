export const WITH_LAPTOP = [];

"""How the classifier of questions is trained: public questions typed by their answers, and phrases."""

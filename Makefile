PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup run test soak check bench demo-reset lock messages clean

help:
	@echo "make run         安装一切并启动(含演示数据)"
	@echo "make test        安装一切并运行全部测试"
	@echo "make soak        考勤机洪流中把服务器与数据库杀死 200 次,核对账目(约 10 分钟)"
	@echo "make check       代码检查:格式、类型、分层、迁移、构建"
	@echo "make bench       性能测量"
	@echo "make demo-reset  清空并重建演示数据"
	@echo "make lock        重新锁定依赖版本"
	@echo "make messages    收集界面文字,更新英文翻译目录"

setup:
	@command -v $(PYTHON) >/dev/null || { echo "✗ 没有找到 $(PYTHON)。请安装 Python 3.11 以上,或用 make PYTHON=路径 指定。" >&2; exit 2; }
	@$(PYTHON) tools/setup.py

run: setup
	@$(BIN)/kaoqin demo --if-empty
	@exec $(BIN)/kaoqin serve

demo-reset: setup
	@$(BIN)/kaoqin demo --reset

test: setup
	@$(PYTHON) tools/browser.py
	@$(BIN)/python -m pytest -n 2 --dist loadfile

soak: setup
	@SOAK_KILLS=$${SOAK_KILLS:-200} $(BIN)/python -m pytest -s tests/devices/test_soak.py

check: setup
	@$(BIN)/python tools/check.py

bench: setup
	@$(BIN)/python -m benchmarks

lock: setup
	@sh tools/lock.sh

messages: setup
	@$(BIN)/python tools/messages.py

clean:
	rm -rf .venv node_modules dist src/kaoqin/static/dist

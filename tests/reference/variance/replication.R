# Replicates: made by R, given to us as an office would give them, and re-calibrated.
# Run from this folder: Rscript replication.R. Makes replicate_weights.csv (invented).
suppressMessages(library(survey))
options(survey.replicates.mse = TRUE)
RNGversion("3.6.0"); set.seed(703)
people <- data.frame(stratum = rep(1:5, each = 12), psu = rep(1:10, each = 6))
n <- nrow(people)
people$weight <- round(runif(n, 5, 30), 2)
people$y <- round(exp(rnorm(n, 3, 0.5)) + people$psu, 2)
people$x <- round(runif(n, 1, 9), 1)
people$area <- rep(c("a", "b"), length.out = n)
d <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = people)
made <- list(jkn = as.svrepdesign(d, type = "JKn"), brr = as.svrepdesign(d, type = "BRR"),
             fay = as.svrepdesign(d, type = "Fay", fay.rho = 0.3),
             bootstrap = as.svrepdesign(d, type = "bootstrap", replicates = 12))
out <- list()
keep <- function(case, quantity, domain, s, df) out[[length(out) + 1]] <<- data.frame(
  case, quantity, domain, estimate = as.numeric(coef(s))[1], se = as.numeric(SE(s))[1], df)
all_of_them <- function(case, r) for (k in c("_T", "a", "b")) {
  s <- if (k == "_T") r else subset(r, area == k)
  keep(case, "mean", k, svymean(~y, s), degf(r)); keep(case, "total", k, svytotal(~y, s), degf(r))
  keep(case, "ratio", k, svyratio(~y, ~x, s), degf(r))
}
columns <- people
for (m in names(made)) {
  w <- weights(made[[m]], "analysis"); colnames(w) <- paste0(m, "_", seq_len(ncol(w))); w <- signif(w, 12)
  columns <- cbind(columns, w)
  type <- c(jkn = "JKn", brr = "BRR", fay = "Fay", bootstrap = "bootstrap")[[m]]
  r <- switch(m,
    jkn = svrepdesign(data = people, weights = ~weight, repweights = w, type = "JKn", scale = 1, rscales = rep(.5, ncol(w)), combined.weights = TRUE),
    brr = svrepdesign(data = people, weights = ~weight, repweights = w, type = "BRR", combined.weights = TRUE),
    fay = svrepdesign(data = people, weights = ~weight, repweights = w, type = "Fay", rho = 0.3, combined.weights = TRUE),
    bootstrap = svrepdesign(data = people, weights = ~weight, repweights = w, type = "bootstrap", scale = 1 / ncol(w), rscales = rep(1, ncol(w)), combined.weights = TRUE))
  all_of_them(m, r)
  if (m == "fay") all_of_them("sdr", svrepdesign(data = people, weights = ~weight, repweights = w, type = "successive-difference", combined.weights = TRUE))
  if (m == "fay") all_of_them("jk1", svrepdesign(data = people, weights = ~weight, repweights = w, type = "JK1", scale = (ncol(w) - 1) / ncol(w), rscales = rep(1, ncol(w)), combined.weights = TRUE))
}
write.csv(columns, "replicate_weights.csv", row.names = FALSE, quote = FALSE)
data(api)
d1 <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
for (mse in c(TRUE, FALSE)) {
  r1 <- as.svrepdesign(d1, type = "JK1", mse = mse)
  name <- if (mse) "mse" else "mean"
  types <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018)
  keep(paste0("schools.", name), "mean", "_T", svymean(~api00, r1), degf(r1))
  keep(paste0("schools.", name), "total.stype", "_T", svytotal(~enroll, calibrate(r1, ~stype, types)), degf(r1))
  keep(paste0("schools.", name), "total.api99", "_T", svytotal(~enroll, calibrate(r1, ~stype + api99, c(types, api99 = 3914069))), degf(r1))
  keep(paste0("schools.", name), "mean.raking", "_T", svymean(~api00, calibrate(r1, ~stype + sch.wide, c(types, sch.wideYes = 5122), calfun = "raking", epsilon = 1e-12)), degf(r1))
}
result <- do.call(rbind, out)
for (column in c("estimate", "se")) result[[column]] <- sprintf("%.17g", result[[column]])
con <- file("replication.expected.csv", "w")
writeLines(sprintf("# %s, survey %s, script replication.R, seed 703", R.version.string, packageVersion("survey")), con)
write.csv(result, con, row.names = FALSE, quote = FALSE)
close(con)

# Estimates after calibration. Run from this folder: Rscript calibrated.R
# Makes calibrated.csv (invented) and reads the California schools of the survey package.
# rake() is not used: its errors are wrong with unequal weights; calibrate(calfun = "raking") is the reference.
suppressMessages(library(survey))
RNGversion("3.6.0"); set.seed(702)
people <- data.frame(stratum = rep(1:8, each = 60), psu = rep(1:48, each = 10))
n <- nrow(people)
people$frame <- 20 + 3 * people$stratum
people$weight <- round(exp(rnorm(n, 3, 0.7)), 3)
people$region <- 1 + (people$stratum - 1) %/% 2
people$sex <- 1 + (runif(n) < 0.53)
people$age <- sample(1:4, n, TRUE, c(.35, .3, .2, .15))
people$moved <- as.integer(runif(n) < 0.04 + 0.03 * (people$psu %% 3) + 0.001 * people$weight)
people$income <- round(exp(rnorm(n, 5, 0.6)) * (1 + 0.01 * people$weight), 2)
people$income[sample(n, 11)] <- NA
write.csv(people, "calibrated.csv", row.names = FALSE, na = "", quote = FALSE)
out <- list()
keep <- function(case, quantity, domain, s, i = 1) out[[length(out) + 1]] <<- data.frame(
  case, quantity, domain, estimate = as.numeric(coef(s))[i], se = as.numeric(SE(s))[i])
data(api)
# where enrolment is not known the row counts as outside the base
for (unknown in c("apiclus1", "apistrat", "apiclus2")) {
  a <- get(unknown); a$api.stu[is.na(a$enroll)] <- 0; a$enroll[is.na(a$enroll)] <- 0; assign(unknown, a)
}
schools <- function(case, d) {
  keep(case, "mean", "_T", svymean(~api00, d)); keep(case, "total", "_T", svytotal(~enroll, d))
  keep(case, "ratio", "_T", svyratio(~api.stu, ~enroll, d))
  for (k in c("E", "H", "M")) keep(case, "mean", k, svymean(~api00, subset(d, stype == k)))
}
d1 <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
ds <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
d2 <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)
types <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018)
schools("d1.stype", calibrate(d1, ~stype, types))
schools("d1.post", postStratify(d1, ~stype, data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))))
both <- c(types, api99 = 3914069)
schools("d1.api99", calibrate(d1, ~stype + api99, both))
schools("d1.api99.logit", calibrate(d1, ~stype + api99, both, calfun = "logit", bounds = c(.7, 1.7), epsilon = 1e-12))
schools("d1.api99.truncated", calibrate(d1, ~stype + api99, both, calfun = "linear", bounds = c(.7, 1.7), epsilon = 1e-12))
schools("d1.api99.raking", calibrate(d1, ~stype + api99, both, calfun = "raking", epsilon = 1e-12))
wide <- c(`(Intercept)` = 6194, sch.wideYes = 5122)
schools("ds.wide.linear", calibrate(ds, ~sch.wide, wide))
schools("ds.wide.raking", calibrate(ds, ~sch.wide, wide, calfun = "raking", epsilon = 1e-12))
# one margin: post-stratification and raking are one estimator, and rake() alone gives another error
ds0 <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat)
one <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))
keep("ds0.wide.post", "total", "_T", svytotal(~enroll, postStratify(ds0, ~sch.wide, one)))
keep("ds0.wide.rake", "total", "_T", svytotal(~enroll, rake(ds0, list(~sch.wide), list(one))))
schools("d2.stype", calibrate(d2, ~stype, types))
people$known <- as.integer(!is.na(people$income)); people$known_income <- ifelse(is.na(people$income), 0, people$income)
d <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, fpc = ~frame, data = people)
population <- c(`(Intercept)` = 17000, `factor(region)2` = 4000, `factor(region)3` = 4500, `factor(region)4` = 3800,
                `factor(sex)2` = 9000, `factor(age)2` = 5000, `factor(age)3` = 3500, `factor(age)4` = 2700)
for (f in c("linear", "raking", "logit")) {
  g <- if (f == "logit") calibrate(d, ~factor(region) + factor(sex) + factor(age), population, calfun = f, bounds = c(.3, 3), epsilon = 1e-13)
       else calibrate(d, ~factor(region) + factor(sex) + factor(age), population, calfun = f, epsilon = 1e-13)
  for (k in c("_T", 1:4)) {
    s <- if (k == "_T") g else subset(g, region == as.integer(k))
    case <- paste0("people.", f)
    keep(case, "share", k, svymean(~moved, s)); keep(case, "count", k, svytotal(~moved, s))
    keep(case, "income", k, svyratio(~known_income, ~known, s))
  }
}
result <- do.call(rbind, out)
for (column in c("estimate", "se")) result[[column]] <- sprintf("%.17g", result[[column]])
con <- file("calibrated.expected.csv", "w")
writeLines(sprintf("# %s, survey %s, script calibrated.R, seed 702", R.version.string, packageVersion("survey")), con)
write.csv(result, con, row.names = FALSE, quote = FALSE)
close(con)
